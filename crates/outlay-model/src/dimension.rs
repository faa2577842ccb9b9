//! The dimensions that money can be cut by, and which of them each kind of source knows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! dimensions {
    ($($variant:ident $name:literal $title:literal $plural:literal),* $(,)?) => {
        /// Something that money can be cut by. Names are columns of every dataset that knows the dimension.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Dimension { $(#[doc = $title] $variant),* }

        impl Dimension {
            /// All of them, in the order they are offered.
            pub const ALL: &'static [Dimension] = &[$(Dimension::$variant),*];

            /// The column and command-line name.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Dimension::$variant => $name),* } }

            /// What a person reads in a heading.
            #[must_use]
            pub fn title(self) -> &'static str { match self { $(Dimension::$variant => $title),* } }

            /// What a person reads for several, in a sentence.
            #[must_use]
            pub fn plural(self) -> &'static str { match self { $(Dimension::$variant => $plural),* } }
        }
    };
}

dimensions! {
    Feature "feature" "Feature" "features",
    Model "model" "Model" "models",
    Provider "provider" "Provider" "providers",
    Team "team" "Team" "teams",
    Customer "customer" "Customer" "customers",
    User "user" "User" "users",
    PromptName "prompt_name" "Prompt" "prompts",
    PromptVersion "prompt_version" "Prompt version" "prompt versions",
    Environment "environment" "Environment" "environments",
    Operation "operation" "Operation" "operations",
    Project "project" "Project" "projects",
    ApiKey "api_key" "API key" "API keys",
    Workspace "workspace" "Workspace" "workspaces",
    Agent "agent" "Agent" "agents",
    Tier "tier" "Service tier" "service tiers",
    Status "status" "Status" "statuses",
    ErrorType "error_type" "Error" "errors",
    FinishReason "finish_reason" "Finish reason" "finish reasons",
    Channel "channel" "Channel" "channels",
    Region "region" "Region" "regions",
    Account "account" "Account" "accounts",
    Category "category" "Charge category" "charge categories",
    Session "session" "Session" "sessions",
    Trace "trace_id" "Trace" "traces",
}

impl std::str::FromStr for Dimension {
    type Err = String;
    /// Reads a [`Dimension::name`]; a few words that people use instead are known too.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = match text {
            "prompt" => "prompt_name",
            "version" => "prompt_version",
            "key" => "api_key",
            "error" => "error_type",
            "service_tier" => "tier",
            "trace" => "trace_id",
            other => other,
        };
        Dimension::ALL.iter().copied().find(|d| d.name() == wanted).ok_or_else(|| {
            let known: Vec<&str> = Dimension::ALL.iter().map(|d| d.name()).collect();
            format!("there is no dimension \"{text}\"; there are {}", known.join(", "))
        })
    }
}
