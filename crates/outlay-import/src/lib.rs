//! A source in, borrowed records and rejected rows out.
