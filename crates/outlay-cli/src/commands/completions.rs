//! `outlay completions`

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::context::Answer;

pub fn run(args: &CompletionsArgs) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "outlay", &mut script);
    Answer::from(String::from_utf8_lossy(&script).into_owned())
}
