//! The commands, one file each.

mod calls;
mod care;
mod completions;
mod coverage;
mod formats;
mod hotspots;
mod import;
mod imports;
mod mapping;
mod month;
mod names;
mod overview;
mod price;
mod prices;
mod sample;
mod settings;
mod trend;
mod watch;

use outlay_app::replies::ErrorReply;

use crate::args::{Cli, Command};
use crate::context::{Answer, Context};

/// Runs the command that the arguments name.
pub async fn run(cli: Cli) -> Result<Answer, ErrorReply> {
    let context = Context::new(&cli);
    match cli.command {
        Command::Import(args) => import::run(&context, args).await,
        Command::Watch(args) => watch::run(&context, args).await,
        Command::Formats => formats::run(&context).await,
        Command::Sample { folder } => sample::run(&context, &folder).await,
        Command::Imports(args) => imports::run(&context, args).await,
        Command::Overview(args) => overview::run(&context, args).await,
        Command::Month(args) => month::run(&context, args).await,
        Command::Trend(args) => trend::run(&context, args).await,
        Command::Hotspots(args) => hotspots::run(&context, args).await,
        Command::Coverage(args) => coverage::run(&context, args).await,
        Command::Calls(args) => calls::run(&context, args).await,
        Command::Price(args) => price::run(&context, args).await,
        Command::Prices(args) => prices::run(&context, args).await,
        Command::Names(args) => names::run(&context, args).await,
        Command::Settings(args) => settings::run(&context, args.command).await,
        Command::Mapping(args) => mapping::run(&context, args.command).await,
        Command::Doctor(args) => care::doctor(&context, args).await,
        Command::Forget(args) => care::forget(&context, args).await,
        Command::Backup(args) => care::backup(&context, &args.file).await,
        Command::Restore(args) => care::restore(&context, args).await,
        Command::Completions(args) => Ok(completions::run(&args)),
    }
}
