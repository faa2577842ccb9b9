//! Numbers in; quantiles, Pareto shares and intervals out.
