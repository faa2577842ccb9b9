//! The list of analyses: one line each. The window, the command line and the docs read it; the docs take the text of an
//! analysis from the head of its file.

/// An analysis as listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// Name of its file and of its command.
    pub id: &'static str,
    /// Heading.
    pub title: &'static str,
    /// The question that it answers.
    pub question: &'static str,
    /// What it shows, in a sentence.
    pub about: &'static str,
}

const fn line(id: &'static str, title: &'static str, question: &'static str, about: &'static str) -> Analysis {
    Analysis { id, title, question, about }
}

/// All of them, in the order of reading.
#[rustfmt::skip]
pub const ANALYSES: &[Analysis] = &[
    line("overview", "Overview", "What did the period cost, and is that number right?", "Total by day and provider against the period before, what moved it, and how much of it is explained."),
    line("hotspots", "Hotspots", "Where do I start?", "The few features, models or customers that make most of the cost, each with why it is dear."),
    line("trend", "Trend", "How does spend move over time?", "Spend by day, week or month, or own logs by weekday and hour."),
    line("month", "Month", "Why did it change, and can I close it?", "A month's total, whether it is all there, and the bridge from the month before in steps that add up."),
    line("coverage", "Coverage", "Is it all here?", "Which sources each provider account has on each day, which one makes the total, and what is missing."),
    line("calls", "Calls", "Which calls are these, and what did each cost?", "Calls a page at a time, by cost, time, tokens or latency."),
    line("bill", "Bill", "Why did this one cost that?", "The bill of one call, bucket by bucket, with the rule that found each price."),
    line("trace", "Trace", "Why did this task cost that?", "The steps of one trace with their cost, and what was paid for attempts that were retried."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_analysis_explains_itself() {
        let heads = [
            include_str!("analyses/overview.rs"),
            include_str!("analyses/hotspots.rs"),
            include_str!("analyses/trend.rs"),
            include_str!("analyses/month.rs"),
            include_str!("analyses/coverage.rs"),
            include_str!("analyses/calls.rs"),
            include_str!("analyses/bill.rs"),
            include_str!("analyses/trace.rs"),
        ];
        assert_eq!(heads.len(), ANALYSES.len());
        for (analysis, text) in ANALYSES.iter().zip(heads) {
            for heading in ["Question", "Definition", "Reads", "Caveats", "Reading the chart"] {
                assert!(text.contains(&format!("//! # {heading}\n")), "{} lacks {heading}", analysis.id);
            }
        }
    }
}
