//! `outlay mapping`

use std::fmt::Write as _;
use std::path::Path;

use outlay_app::replies::{ErrorReply, MappingReply, MappingRequest};
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::view::{TableSpec, Unit};

use super::overview::paragraph;
use crate::args::MappingCommand;
use crate::context::{Answer, Context, Missing, path_text, read_text};
use crate::exit::Exit;
use crate::print::table::{column, item, pairs, table, text};
use crate::print::{Look, STRONG, WARN, inert};

pub async fn run(context: &Context, command: MappingCommand) -> Result<Answer, ErrorReply> {
    match command {
        MappingCommand::Suggest { file } => {
            let reply = ask(context, &file, None).await?;
            if context.json { context.as_json(&reply) } else { Ok(Answer::from(suggested(&reply))) }
        }
        MappingCommand::Try { file, map } => {
            let reply = ask(context, &file, Some(read_text(&map)?)).await?;
            // A mapping that cannot read the first row is something to mend.
            let exit = if reply.fault.is_some() { Exit::Mend } else { Exit::Done };
            if context.json {
                return Ok(Answer { exit, ..context.as_json(&reply)? });
            }
            Ok(Answer { text: tried(&reply, &context.look().await), exit })
        }
    }
}

async fn ask(context: &Context, file: &Path, mapping: Option<String>) -> Result<MappingReply, ErrorReply> {
    let request =
        MappingRequest { path: path_text(file)?, mapping, zone: context.zone.clone(), ..MappingRequest::default() };
    context.open(Missing::GoOn).await?;
    use_cases::mapping(&context.app, request, &Task::silent()).await
}

/// The TOML, with what is to be decided as comments, so that it can be written straight into a file.
fn suggested(reply: &MappingReply) -> String {
    let mut out = String::new();
    for question in &reply.questions {
        let _ = writeln!(out, "# To decide: {}", inert(question));
    }
    if let Some(fault) = &reply.fault {
        let _ = writeln!(out, "# As it is, the first row is refused: {}", inert(fault));
    }
    out.push_str(&reply.mapping);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn tried(reply: &MappingReply, look: &Look) -> String {
    let mut out = match (&reply.fault, reply.example_cost) {
        (Some(fault), _) => format!("{}\n", look.paint(WARN, &format!("The first row is refused: {}", inert(fault)))),
        (None, Some(cost)) => {
            format!("The first row is read, and costs {}.\n", look.paint(STRONG, &look.numbers.phrase(cost)))
        }
        (None, None) => "The first row is read; it has no price.\n".to_owned(),
    };
    for question in &reply.questions {
        let _ = writeln!(out, "{}", look.paint(WARN, &format!("To decide: {}", inert(question))));
    }
    let example: Vec<(&str, String)> = reply.example.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
    out.push_str(&paragraph(&pairs(&example, look)));
    let spec = TableSpec {
        title: "Fields".to_owned(),
        columns: vec![
            column("name", "Field", Unit::Text),
            column("column", "Read from", Unit::Text),
            column("about", "Meaning", Unit::Text),
            column("reason", "Why", Unit::Text),
        ],
        rows: reply
            .fields
            .iter()
            .filter(|f| !f.column.is_empty())
            .map(|f| item(vec![text(&f.name), text(&f.column), text(&f.about), text(&f.reason)]))
            .collect(),
    };
    out.push_str(&paragraph(&table(&spec, look)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_app::replies::MappingSpec;

    #[test]
    fn a_suggestion_is_a_file() {
        let reply = MappingReply {
            mapping: "time = \"at\"".to_owned(),
            spec: MappingSpec::default(),
            fields: Vec::new(),
            columns: Vec::new(),
            paths: false,
            rows: Vec::new(),
            time_formats: Vec::new(),
            questions: vec!["which zone?\nkind = \"evil\"".to_owned()],
            example: Vec::new(),
            example_cost: None,
            fault: None,
        };
        assert_eq!(suggested(&reply), "# To decide: which zone?\\nkind = \"evil\"\ntime = \"at\"\n");
    }
}
