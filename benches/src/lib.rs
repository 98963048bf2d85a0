//! Measures redispy beside other clients and parsers.
