//! Real servers, scripted servers and faulty wires for testing code that talks to Redis or Valkey.
