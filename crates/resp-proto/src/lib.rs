//! RESP2 and RESP3, the protocol of Redis and Valkey: bytes to replies and back, for clients, proxies and tools.
#![no_std]
