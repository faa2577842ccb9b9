//! A ChartSpec in, an SVG out.
