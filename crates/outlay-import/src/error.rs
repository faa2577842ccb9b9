//! Why a whole source could not be read. A single bad row is data ([`outlay_model::record::Rejected`]), never an error.

/// Everything that ends an import, one variant for each thing that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The operating system could not read the source.
    #[error(
        "{name}: reading stopped after {bytes} bytes: {source}; check the disk or network share and import it again"
    )]
    Read {
        /// Source.
        name: String,
        /// Bytes read until then, as stored.
        bytes: u64,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing in the file at all.
    #[error("{name}: the file is empty; export it again")]
    Empty {
        /// Source.
        name: String,
    },
    /// A container that has to be opened first.
    #[error("{name}: this is {what}; {remedy}")]
    Container {
        /// Source.
        name: String,
        /// What its first bytes say that it is.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// No format knows it.
    #[error(
        "{name}: no known format; it begins with {seen}; give a mapping that says which column is which \
         (suggest one, look at its preview, save it)"
    )]
    Unknown {
        /// Source.
        name: String,
        /// First header or keys.
        seen: String,
    },
    /// Several formats may be meant.
    #[error("{name}: may be {}; name the one that it is", .candidates.join(" or "))]
    Ambiguous {
        /// Source.
        name: String,
        /// Ids of the formats.
        candidates: Vec<String>,
    },
    /// A format was named that does not exist.
    #[error("there is no format \"{id}\"; there are {known}")]
    NoSuchFormat {
        /// What was asked.
        id: String,
        /// Ids, separated by commas.
        known: String,
    },
    /// The format needs columns that the file lacks.
    #[error("{name}: read as {format}, but there is no column {missing}; check that the file is what it is said to be")]
    Header {
        /// Source.
        name: String,
        /// Format.
        format: String,
        /// Missing columns, separated by commas.
        missing: String,
    },
    /// Local times without a zone.
    #[error(
        "{name}, line {line}: \"{value}\" is a local time, and the file does not say where; add --zone Europe/Berlin (or the zone it was written in)"
    )]
    ZoneNeeded {
        /// Source.
        name: String,
        /// Line of the first such time.
        line: u64,
        /// The time as written.
        value: String,
    },
    /// Results that tell no time, without the object beside them that does.
    #[error(
        "{name}: the results of a batch do not say when they were made; put the batch's own object (the answer of \
         GET {address}) before them in one file, and import that"
    )]
    TimeNeeded {
        /// Source.
        name: String,
        /// Where that object comes from.
        address: &'static str,
    },
    /// A mapping that cannot be used.
    #[error("the mapping cannot be used: {what}; {remedy}")]
    Mapping {
        /// What is wrong.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// The sink asked to stop: cancelled, or it can take no more; its owner knows why.
    #[error("the import was stopped")]
    Stopped,
}

/// What is wrong with one row: becomes a rejected row once its line is known.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub column: String,
    pub reason: String,
    pub value: String,
    /// More cached than input tokens: this row proves that the file counts them apart.
    pub proves_outside: bool,
}

impl Fault {
    pub fn new(column: &str, reason: impl Into<String>, value: &str) -> Fault {
        Fault { column: column.to_owned(), reason: reason.into(), value: value.to_owned(), proves_outside: false }
    }
}

/// Why a row did not become a record: its own fault, or a time that no row of this file can be read without a zone.
#[derive(Debug)]
pub(crate) enum Broken {
    Row(Fault),
    Zone(String),
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Broken {
        Broken::Row(fault)
    }
}
