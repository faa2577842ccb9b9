//! Price books: model, tier, time and tokens in; rate set, cost and rule out.
