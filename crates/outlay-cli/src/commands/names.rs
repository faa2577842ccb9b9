//! `outlay names`

use outlay_app::replies::{ErrorReply, NameEntry, NamesReply, NamesRequest, Nothing};
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::view::{Cell, TableSpec, Unit};

use super::overview::paragraph;
use crate::args::{NamesArgs, NamesCommand};
use crate::context::{Answer, Context, Missing, read_text};
use crate::print::Look;
use crate::print::table::{column, csv, item, table, text};

pub async fn run(context: &Context, args: NamesArgs) -> Result<Answer, ErrorReply> {
    let task = Task::silent();
    match args.command {
        None | Some(NamesCommand::List) => {
            context.open(Missing::Fail).await?;
            let reply = use_cases::names(&context.app, Nothing {}, &task).await?;
            if args.output.csv {
                let all: Vec<NameEntry> = reply.names.iter().chain(&reply.unnamed).cloned().collect();
                return Ok(Answer::from(csv(&listed("", &all), &context.look().await)?));
            }
            answer(context, &reply).await
        }
        Some(NamesCommand::Import { file }) => {
            let request = NamesRequest { set: Vec::new(), csv: Some(read_text(&file)?) };
            context.open(Missing::Create).await?;
            let reply = use_cases::names_set(&context.app, request, &task).await?;
            answer(context, &reply).await
        }
        Some(NamesCommand::Set { dimension, id, name, team, cost_centre }) => {
            context.open(Missing::Create).await?;
            let known = use_cases::names(&context.app, Nothing {}, &task).await?;
            let old =
                known.names.into_iter().find(|n| n.dimension == Some(dimension) && n.id == id).unwrap_or_default();
            let entry = NameEntry {
                dimension: Some(dimension),
                id,
                name: name.unwrap_or(old.name),
                team: team.unwrap_or(old.team),
                cost_centre: cost_centre.unwrap_or(old.cost_centre),
            };
            let request = NamesRequest { set: vec![entry], csv: None };
            let reply = use_cases::names_set(&context.app, request, &task).await?;
            answer(context, &reply).await
        }
    }
}

async fn answer(context: &Context, reply: &NamesReply) -> Result<Answer, ErrorReply> {
    if context.json {
        return context.as_json(reply);
    }
    Ok(Answer::from(printed(reply, &context.look().await)))
}

fn printed(reply: &NamesReply, look: &Look) -> String {
    let mut out = table(&listed("Names", &reply.names), look);
    if !reply.unnamed.is_empty() {
        let mut spec = listed("Ids without a name (outlay names set DIMENSION ID --name NAME)", &reply.unnamed);
        spec.columns.truncate(2);
        out.push_str(&paragraph(&table(&spec, look)));
    }
    out
}

/// The columns are those that `outlay names import` reads.
fn listed(title: &str, names: &[NameEntry]) -> TableSpec {
    TableSpec {
        title: title.to_owned(),
        columns: vec![
            column("dimension", "Dimension", Unit::Text),
            column("id", "Id", Unit::Text),
            column("name", "Name", Unit::Text),
            column("team", "Team", Unit::Text),
            column("cost_centre", "Cost centre", Unit::Text),
        ],
        rows: names
            .iter()
            .map(|n| {
                let dimension: Cell = n.dimension.map_or_else(|| Cell::Unknown(String::new()), |d| text(d.name()));
                item(vec![dimension, text(&n.id), text(&n.name), text(&n.team), text(&n.cost_centre)])
            })
            .collect(),
    }
}
