//! Connections to Redis and Valkey servers and their lending: transports, handshake, deadlines, pool.
