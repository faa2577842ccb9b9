//! Requests in, replies out: the only crate that the two shells call.
