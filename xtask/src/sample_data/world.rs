//! The imaginary company: features, teams, customers, provider accounts.

use super::calendar::day;
use super::price::{
    EMBEDDING, GEMINI_FLASH, GEMINI_PRO, GPT_4O, GPT_5_MINI, GPT_41, GPT_41_MINI, GPT_54_PRO, GPT_56_SOL, HAIKU, O3,
    OPUS, Provider, SONNET,
};

pub const COMPANY: &str = "Harbour Labs";
pub const ZONE: &str = "Europe/Berlin";
pub const OPENAI_ORGANISATION: &str = "org-HarbourLabs00000000000001";
/// The day from which ticket-triage runs on Sonnet instead of Haiku.
pub const UPGRADE: i64 = day(9, 14);
/// The day from which sql-copilot's prompt is at v7.
pub const WORSE_PROMPT: i64 = day(10, 12);
/// Tokens in one hashed block of a prompt.
pub const BLOCK_TOKENS: i64 = 4096;
/// Blocks of the product manual that every support-reply prompt begins with.
pub const PREFIX_BLOCKS: i64 = 30;

/// Which service writes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The company's gateway: trace-jsonl.
    Gateway,
    /// The search team's own service: trace-csv.
    Search,
    /// The invoice reader, with its own column names: mapped.
    Mapped,
    /// The chat assistant with its evaluations: inhouse-eval.
    Eval,
    /// The meeting notes service: inhouse-calls.
    Calls,
    /// A notebook that writes no log at all.
    None,
}

/// When in the day a feature is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    Office,
    Night,
}

/// A product feature and how it uses models.
pub struct Feature {
    pub name: &'static str,
    pub team: &'static str,
    pub source: Source,
    /// Models with their share of the calls.
    pub models: &'static [(&'static str, i64)],
    /// Calls (traces, for an agent) on a weekday in August, in tenths.
    pub weekday: i64,
    /// What a Saturday or Sunday has of a weekday, in thousandths.
    pub weekend: i64,
    pub hours: Hours,
    /// Median prompt and its upper limit.
    pub input: i64,
    pub limit: i64,
    /// Median output and, in thousandths, how much of it is reasoning.
    pub output: i64,
    pub reasoning: i64,
    /// In thousandths: how often the provider's cache hits, and how much of the prompt it then holds.
    pub hit: i64,
    pub hit_share: i64,
    /// In thousandths: how often a call repeats one of `pool` prompts.
    pub repeats: i64,
    pub pool: i64,
    /// In thousandths how often a call is scored; in ten-thousandths the usual score.
    pub scored: i64,
    pub score: i64,
    /// First day of each prompt version.
    pub versions: &'static [(i64, i64)],
    pub agent: bool,
}

const PLAIN: Feature = Feature {
    name: "",
    team: "",
    source: Source::Gateway,
    models: &[],
    weekday: 0,
    weekend: 350,
    hours: Hours::Office,
    input: 0,
    limit: 195_000,
    output: 0,
    reasoning: 0,
    hit: 0,
    hit_share: 0,
    repeats: 0,
    pool: 1,
    scored: 150,
    score: 8600,
    versions: &[(0, 1)],
    agent: false,
};

pub const CONTRACT_CHECK: usize = 0;
pub const CODE_AGENT: usize = 2;
pub const CODE_REVIEW: usize = 4;
pub const SUPPORT_REPLY: usize = 5;
pub const TICKET_TRIAGE: usize = 6;
pub const SQL_COPILOT: usize = 7;
pub const LEAD_SCORE: usize = 8;
pub const DOC_TAGGING: usize = 9;
pub const SEMANTIC_INDEX: usize = 11;
pub const NOTEBOOK: usize = 15;

pub const FEATURES: [Feature; 16] = [
    Feature {
        name: "contract-check",
        team: "legal",
        models: &[(GPT_54_PRO, 56), (GPT_41, 44)],
        weekday: 385,
        weekend: 250,
        input: 115_000,
        output: 14_000,
        hit: 300,
        hit_share: 250,
        versions: &[(0, 2), (day(9, 21), 3)],
        ..PLAIN
    },
    Feature {
        name: "research-agent",
        team: "growth",
        models: &[(GPT_56_SOL, 1)],
        weekday: 105,
        input: 125_000,
        limit: 250_000,
        output: 42_000,
        reasoning: 600,
        versions: &[(0, 5), (day(10, 5), 6)],
        agent: true,
        ..PLAIN
    },
    Feature {
        name: "code-agent",
        team: "platform",
        models: &[(OPUS, 1)],
        weekday: 88,
        weekend: 150,
        input: 72_000,
        output: 29_000,
        versions: &[(0, 8), (day(8, 31), 9)],
        agent: true,
        ..PLAIN
    },
    Feature {
        name: "doc-summarize",
        team: "search",
        models: &[(GEMINI_PRO, 1)],
        weekday: 285,
        input: 560_000,
        limit: 900_000,
        output: 9000,
        reasoning: 400,
        hit: 200,
        hit_share: 400,
        versions: &[(0, 3)],
        ..PLAIN
    },
    Feature {
        name: "code-review",
        team: "platform",
        models: &[(OPUS, 1)],
        weekday: 110,
        weekend: 150,
        input: 27_000,
        limit: 33_000,
        output: 2400,
        versions: &[(0, 4)],
        ..PLAIN
    },
    Feature {
        name: "support-reply",
        team: "support",
        models: &[(SONNET, 1)],
        weekday: 220,
        weekend: 500,
        input: 9000,
        limit: 60_000,
        output: 1100,
        repeats: 240,
        pool: 50,
        scored: 250,
        score: 8800,
        versions: &[(0, 3), (day(9, 2), 4)],
        ..PLAIN
    },
    Feature {
        name: "ticket-triage",
        team: "support",
        models: &[(HAIKU, 1)],
        weekday: 120,
        weekend: 500,
        input: 96_000,
        output: 2600,
        scored: 300,
        score: 8300,
        versions: &[(0, 11), (UPGRADE, 12)],
        ..PLAIN
    },
    Feature {
        name: "sql-copilot",
        team: "finance",
        models: &[(O3, 1)],
        weekday: 130,
        weekend: 100,
        input: 110_000,
        output: 16_000,
        reasoning: 750,
        hit: 350,
        hit_share: 400,
        scored: 600,
        score: 8700,
        versions: &[(0, 5), (day(9, 7), 6), (WORSE_PROMPT, 7)],
        ..PLAIN
    },
    Feature {
        name: "lead-score",
        team: "growth",
        models: &[(OPUS, 1)],
        weekday: 100,
        weekend: 100,
        input: 98_000,
        output: 14,
        scored: 400,
        score: 9400,
        versions: &[(0, 2)],
        ..PLAIN
    },
    Feature {
        name: "doc-tagging",
        team: "search",
        models: &[(GPT_4O, 1)],
        weekday: 80,
        weekend: 800,
        hours: Hours::Night,
        input: 88_000,
        limit: 120_000,
        output: 5200,
        versions: &[(0, 1)],
        ..PLAIN
    },
    Feature {
        name: "rag-answer",
        team: "search",
        source: Source::Search,
        models: &[(GPT_41_MINI, 35), (GPT_41, 65)],
        weekday: 130,
        weekend: 500,
        input: 190_000,
        limit: 600_000,
        output: 2200,
        hit: 300,
        hit_share: 500,
        repeats: 300,
        pool: 70,
        scored: 200,
        score: 8500,
        versions: &[(0, 6), (day(9, 28), 7)],
        ..PLAIN
    },
    Feature {
        name: "semantic-index",
        team: "search",
        source: Source::Search,
        models: &[(EMBEDDING, 1)],
        weekday: 22,
        hours: Hours::Night,
        input: 240_000,
        limit: 290_000,
        scored: 0,
        versions: &[(0, 1)],
        ..PLAIN
    },
    Feature {
        name: "invoice-extract",
        team: "finance",
        source: Source::Mapped,
        models: &[(GPT_5_MINI, 1)],
        weekday: 36,
        weekend: 100,
        input: 130_000,
        limit: 250_000,
        output: 5000,
        reasoning: 500,
        hit: 250,
        hit_share: 300,
        versions: &[(0, 1)],
        ..PLAIN
    },
    Feature {
        name: "chat-assist",
        team: "support",
        source: Source::Eval,
        models: &[(GEMINI_FLASH, 1)],
        weekday: 40,
        weekend: 400,
        input: 60_000,
        output: 2100,
        reasoning: 300,
        scored: 700,
        score: 8200,
        versions: &[(0, 14), (day(9, 9), 15), (day(10, 7), 16)],
        ..PLAIN
    },
    Feature {
        name: "meeting-notes",
        team: "platform",
        source: Source::Calls,
        models: &[(GEMINI_FLASH, 1)],
        weekday: 36,
        weekend: 0,
        input: 150_000,
        output: 5200,
        reasoning: 200,
        ..PLAIN
    },
    Feature {
        name: "(notebook)",
        team: "growth",
        source: Source::None,
        models: &[(GPT_56_SOL, 1)],
        weekday: 220,
        weekend: 0,
        input: 120_000,
        limit: 250_000,
        output: 19_000,
        reasoning: 600,
        ..PLAIN
    },
];

impl Feature {
    /// Prompt version in force on a Berlin day.
    pub fn version_on(&self, day: i64) -> i64 {
        self.versions.iter().rev().find(|(from, _)| *from <= day).map_or(1, |(_, version)| *version)
    }
}

/// Provider account below the organisation: OpenAI project and key, or Anthropic workspace and key.
pub struct Account {
    pub group: &'static str,
    pub key: &'static str,
    /// OpenAI user that owns the key.
    pub owner: &'static str,
}

/// Whose key a feature uses.
pub fn account(feature: usize, provider: Provider, staging: bool) -> Account {
    if provider == Provider::Anthropic {
        let (group, key) = match (feature, staging) {
            (CODE_AGENT, _) => ("Agents", "agents-prod"),
            (_, true) => ("Default", "gateway-staging"),
            (_, false) => ("Default", "gateway-prod"),
        };
        return Account { group, key, owner: "" };
    }
    let (group, key, owner) = match (FEATURES[feature].source, staging) {
        (Source::Search, false) => {
            ("proj_HLSearch0000000000000002", "key_HLSearchProd0002", "user-HLSearchService0002")
        }
        (Source::Search, true) => ("proj_HLSearch0000000000000002", "key_HLSearchStag0002", "user-HLSearchService0002"),
        (Source::Mapped, _) => ("proj_HLFinance000000000000003", "key_HLFinanceApp0003", "user-HLFinanceService003"),
        (Source::None, _) => ("proj_HLNotebooks0000000000004", "key_HLNotebook000004", "user-HLDataScientist0004"),
        (_, false) => ("proj_HLGateway000000000000001", "key_HLGatewayProd001", "user-HLGatewayService001"),
        (_, true) => ("proj_HLGateway000000000000001", "key_HLGatewayStag001", "user-HLGatewayService001"),
    };
    Account { group, key, owner }
}

/// Number of customers; the first buys most (Zipf).
pub const CUSTOMERS: i64 = 60;

/// A customer's id.
pub fn customer(i: usize) -> String {
    const PLACE: [&str; 12] =
        ["alster", "elbe", "kiel", "nord", "ostsee", "hansa", "anker", "lotse", "speicher", "deich", "hafen", "weser"];
    const TRADE: [&str; 5] = ["logistik", "energie", "bau", "handel", "pflege"];
    format!("{}-{}", PLACE[i * 7 % 12], TRADE[i % 5])
}

/// Weights of the customers.
pub fn customer_weights() -> Vec<i64> {
    (1..=CUSTOMERS).map(|rank| 100_000 / rank).collect()
}

/// A hash that stays the same for the same parts (SplitMix64's finaliser over each part).
pub fn hashed(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9e37_79b9_7f4a_7c15, |state, part| {
        let mut z = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
