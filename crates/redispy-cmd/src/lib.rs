//! Redis and Valkey commands: what to say and how to read the answer, without I/O.
