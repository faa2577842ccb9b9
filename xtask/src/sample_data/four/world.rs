//! Who the second company is, and what its programs do.

use super::super::price::{EMBEDDING, GEMINI_FLASH, GEMINI_PRO, GPT_41, GPT_41_MINI, HAIKU, SONNET};
use super::rates::{HAIKU_US, NOVA_LITE, NOVA_PRO};

pub const COMPANY: &str = "Saltmarsh Supply";
pub const ZONE: &str = "UTC";
/// Folder below `sample-data/`.
pub const FOLDER: &str = "four-providers";

pub const ORGANISATION: &str = "org-SaltmarshSupply0000000001";
/// Runs the programs on Bedrock; its bill is a cost and usage report.
pub const AWS_ACCOUNT: &str = "417203958861";
/// Another account of the same company; its bill is a FOCUS export.
pub const AWS_OTHER: &str = "590183746625";
pub const AZURE_SUBSCRIPTION: &str = "6f1d2c84-3b7e-4a90-9c55-0e81b2d7a413";
pub const BILLING_ACCOUNT: &str = "01C4E7-9A20BD-5F318C";
pub const GOOGLE_PROJECT: &str = "saltmarsh-documents";

/// Who bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    OpenAi,
    Anthropic,
    Bedrock,
    /// Bedrock in the other account.
    Other,
    Azure,
    Vertex,
}

impl Vendor {
    pub const ALL: [Vendor; 6] =
        [Vendor::OpenAi, Vendor::Anthropic, Vendor::Bedrock, Vendor::Other, Vendor::Azure, Vendor::Vertex];

    /// The provider in truth.json.
    pub fn provider(self) -> &'static str {
        match self {
            Vendor::OpenAi => "openai",
            Vendor::Anthropic => "anthropic",
            Vendor::Bedrock | Vendor::Other => "bedrock",
            Vendor::Azure => "azure",
            Vendor::Vertex => "vertex",
        }
    }

    /// The account as the bill tells it.
    pub fn account(self) -> &'static str {
        match self {
            Vendor::OpenAi => ORGANISATION,
            Vendor::Anthropic => "",
            Vendor::Bedrock => AWS_ACCOUNT,
            Vendor::Other => AWS_OTHER,
            Vendor::Azure => AZURE_SUBSCRIPTION,
            Vendor::Vertex => BILLING_ACCOUNT,
        }
    }
}

/// How a provider's cache is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    Never,
    /// The provider keeps prefixes by itself.
    Automatic,
    /// The program writes what it reads again within five minutes.
    Written,
}

/// One program's calls.
pub struct Lane {
    pub vendor: Vendor,
    pub model: &'static str,
    pub feature: &'static str,
    pub team: &'static str,
    /// Sent by night through the half-price batch interface.
    pub batch: bool,
    /// Whether the program's calls are in a log of its own.
    pub logged: bool,
    /// Calls on a day from Monday to Friday, on a Saturday, on a Sunday. Of an agent: traces.
    pub calls: [i64; 3],
    /// First and last hour of the day, UTC.
    pub hours: (i64, i64),
    /// Usual tokens sent and received.
    pub input: i64,
    pub output: i64,
    pub cache: Cache,
    /// OpenAI project and key, or Anthropic workspace and key.
    pub group: &'static str,
    pub key: &'static str,
}

/// What a lane has unless it says otherwise.
const PLAIN: Lane = Lane {
    vendor: Vendor::OpenAi,
    model: "",
    feature: "",
    team: "",
    batch: false,
    logged: false,
    calls: [0, 0, 0],
    hours: (7, 17),
    input: 0,
    output: 0,
    cache: Cache::Never,
    group: "",
    key: "",
};

/// The agent, whose calls hang together in traces.
pub const AGENT: usize = 8;

pub const LANES: [Lane; 11] = [
    Lane {
        model: GPT_41_MINI,
        feature: "shop-search",
        team: "shop",
        calls: [5, 3, 0],
        input: 9_000,
        output: 420,
        cache: Cache::Automatic,
        group: "proj_SMShop00000000000000001",
        key: "key_SMShopServer0001",
        ..PLAIN
    },
    Lane {
        model: GPT_41,
        feature: "catalogue-texts",
        team: "catalogue",
        batch: true,
        logged: true,
        calls: [4, 4, 0],
        hours: (21, 22),
        input: 14_000,
        output: 1_900,
        group: "proj_SMCatalogue000000000002",
        key: "key_SMCatalogueJob02",
        ..PLAIN
    },
    Lane {
        model: EMBEDDING,
        feature: "shop-index",
        team: "shop",
        calls: [2, 0, 0],
        input: 150_000,
        group: "proj_SMShop00000000000000001",
        key: "key_SMShopIndexer002",
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Anthropic,
        model: SONNET,
        feature: "support-answers",
        team: "support",
        calls: [4, 2, 0],
        input: 24_000,
        output: 900,
        cache: Cache::Written,
        group: "wrkspc_01SMSupport0000000000001",
        key: "apikey_01SMSupportDesk0000000001",
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Anthropic,
        model: HAIKU,
        feature: "ticket-digest",
        team: "support",
        batch: true,
        logged: true,
        calls: [4, 3, 0],
        hours: (2, 2),
        input: 18_000,
        output: 800,
        cache: Cache::Written,
        group: "wrkspc_01SMDigest00000000000002",
        key: "apikey_01SMDigestJob00000000002",
    },
    Lane {
        vendor: Vendor::Bedrock,
        model: HAIKU_US,
        feature: "order-intake",
        team: "sales",
        logged: true,
        calls: [3, 2, 2],
        input: 16_000,
        output: 1_100,
        cache: Cache::Written,
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Bedrock,
        model: NOVA_LITE,
        feature: "mail-sorting",
        team: "sales",
        logged: true,
        calls: [2, 1, 1],
        input: 40_000,
        output: 600,
        cache: Cache::Automatic,
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Other,
        model: NOVA_PRO,
        feature: "stock-forecast",
        team: "planning",
        calls: [3, 3, 3],
        hours: (3, 5),
        input: 90_000,
        output: 3_000,
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Azure,
        model: GPT_41,
        feature: "tender-agent",
        team: "tenders",
        logged: true,
        calls: [2, 1, 1],
        input: 12_000,
        output: 700,
        cache: Cache::Automatic,
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Vertex,
        model: GEMINI_PRO,
        feature: "contract-review",
        team: "documents",
        logged: true,
        calls: [1, 1, 1],
        input: 130_000,
        output: 5_200,
        ..PLAIN
    },
    Lane {
        vendor: Vendor::Vertex,
        model: GEMINI_FLASH,
        feature: "manual-translation",
        team: "documents",
        logged: true,
        calls: [2, 1, 1],
        input: 30_000,
        output: 9_000,
        cache: Cache::Automatic,
        ..PLAIN
    },
];
