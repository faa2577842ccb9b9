//! `outlay`: reads the arguments, asks the app, prints the answer. No figure is worked out here.

mod args;
mod commands;
mod context;
mod exit;
mod print;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;

use crate::exit::Exit;

fn main() -> anyhow::Result<ExitCode> {
    let cli = args::Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start the worker threads")?;
    let exit = match runtime.block_on(commands::run(cli)) {
        Ok(answer) => {
            print::write(&answer.text).context("cannot write the answer")?;
            answer.exit
        }
        Err(error) => {
            print::write_error(&error);
            Exit::of(&error)
        }
    };
    // What was cancelled is not waited for.
    runtime.shutdown_background();
    Ok(exit.code())
}
