//! Frames, parameters and a clock in; plain typed answers with chart and table out.
