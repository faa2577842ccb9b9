//! What can go wrong, and why a model has no price.

use serde::{Deserialize, Serialize};

/// The bundled data cannot be used: a fault of the build, since the data is compiled in.
#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    /// A bundled file does not unpack.
    #[error("the bundled price file {0} cannot be unpacked: {1}")]
    Unpack(&'static str, std::io::Error),
    /// A bundled file is not in the expected form.
    #[error("the bundled price file {file}, line {line}: {why}")]
    Format {
        /// Which file.
        file: &'static str,
        /// Line from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A correction of ours is not in the expected form.
    #[error("corrections.toml: {0}")]
    Correction(String),
}

/// Why a user's rate or alias file is refused: always a place and a remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}; {remedy}")]
pub struct UserError {
    /// Line from 1, the header included.
    pub line: u64,
    /// Name of the column.
    pub column: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// Why there is no price. Unknown is never 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unpriced {
    /// The row names no model.
    #[error("the row names no model")]
    NoModel,
    /// Neither the row nor the model's id says who bills.
    #[error("neither the row nor the model's id says who bills \"{model}\"")]
    NoProvider {
        /// The id as told.
        model: String,
    },
    /// No rule of any book matches.
    #[error("no rule of any book matches \"{model}\" of {provider}; map it to a model, or give a rate")]
    NoRule {
        /// The provider, under our name.
        provider: String,
        /// The id as told.
        model: String,
    },
    /// An ARN of an application inference profile, provisioned or custom model, which names no model.
    #[error("the ARN \"{model}\" names no model; map it to one")]
    OpaqueArn {
        /// The ARN as told.
        model: String,
    },
    /// The model runs on the user's own machines; there is no list price.
    #[error("\"{model}\" is self-hosted and has no list price; use a cost pool or give a rate")]
    SelfHosted {
        /// The id as told.
        model: String,
    },
    /// The model is known, but not in this service tier.
    #[error("the books know \"{model}\", but no {tier} rate for it")]
    NoTier {
        /// The model that matched.
        model: String,
        /// The tier asked for.
        tier: String,
    },
    /// The model is known, but it is not charged by the token, or its token rates are not known.
    #[error("the books know \"{model}\", but no rate by the token for it")]
    NoTokenRate {
        /// The model that matched.
        model: String,
    },
    /// The schedule has no rates at that time or size.
    #[error("the rates of \"{model}\" do not cover that time")]
    NotThen {
        /// The model that matched.
        model: String,
    },
}
