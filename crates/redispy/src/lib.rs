//! A Redis and Valkey client for programs that use threads.
