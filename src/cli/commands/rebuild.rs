//! `rebuild`: a stack is made anew elsewhere, and then becomes the stack's own.

use std::path::Path;
use std::sync::Arc;

use crate::cli::args::Rebuild as Args;
use crate::cli::commands::{apply, plan, rehearse};
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{moved, progress, sources, stream};
use crate::config::{self, Relocated, Sources};
use crate::ops::rebuild::{self, Leaving, Moved, Providers, Rebuild};
use crate::ops::{PlanOptions, Workspace};
use crate::plan::{Answers, Plan, PlanMode, Selection};
use crate::provider::Transport;
use crate::review::{Line, Review, Tone, clean};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    if let Some(file) = &args.map_out {
        // A wrong ending is told before anything is done.
        moved::form(file)?;
    }
    let mut author = workspace::author(options, ui)?;
    let answers = author.answers(args.answers.as_deref())?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    let desk = Desk { args: &args, options, author: &author, workspace: &workspace, way: &way, answers, ui };
    if args.confirm {
        desk.confirm().await
    } else if args.abandon {
        let leaving = rebuild::abandoned(&workspace).await.map_err(|failure| author.stop(failure))?;
        desk.leave(
            leaving,
            "The rebuild is given up. The state is as it was; `landbridge plan` shows what is left to do.",
        )
        .await
    } else if args.delete_old {
        let leaving = rebuild::old(&workspace).map_err(|failure| author.stop(failure))?;
        desk.leave(leaving, "What was there before the rebuild is deleted.").await
    } else if args.forget_old {
        desk.forget_old().await
    } else {
        desk.rebuild().await
    }
}

/// What the command works with.
struct Desk<'a> {
    args: &'a Args,
    options: &'a Options,
    author: &'a Author,
    workspace: &'a Workspace,
    way: &'a Transport,
    answers: Answers,
    ui: &'a Ui,
}

impl Desk<'_> {
    fn say(&self, text: &str) {
        if self.ui.is_json() {
            self.ui.event(stream::log(text));
        } else {
            self.ui.print(&format!("{text}\n"));
        }
    }

    fn ask(&self, plan: &Plan) -> Result<apply::Yes, Stop> {
        let hint = "review the plan, then use --auto-approve";
        let yes = apply::ask_with(self.ui, plan, &self.args.override_limit, self.args.auto_approve, hint)?;
        apply::permit(plan, &yes)?;
        Ok(yes)
    }

    fn plan_options(&self, mode: PlanMode) -> PlanOptions {
        let selection = Selection { answers: self.answers.clone(), ..Selection::default() };
        PlanOptions { mode, selection, passing: true, ..PlanOptions::default() }
    }

    /// Makes anew what stands through the mapped provider blocks.
    async fn rebuild(&self) -> Ended {
        let sources = sources::read(self.options)?;
        let (mut rebuilt, relocated) = self.prepare(&sources).await?;
        self.announce(&rebuilt);
        let author = self.author.elsewhere(&rebuilt.workspace);
        let asked = PlanOptions { passing: !self.args.dry_run, ..self.plan_options(PlanMode::Normal) };
        let planned = plan::make(&author, &rebuilt.workspace, self.way, asked, self.ui).await?;
        plan::tell(self.ui, &author, &planned, Review::of, false);
        if self.args.dry_run {
            return rehearse::on_a_twin(
                &author,
                &rebuilt.workspace,
                planned.plan,
                &self.args.override_limit,
                self.ui,
            )
            .await;
        }
        apply::heed(&author, &planned.plan)?;
        let yes = self.ask(&planned.plan)?;
        rebuilt.begin().await.map_err(|failure| author.stop(failure))?;
        let exit = apply::carry_out(&author, &rebuilt.workspace, planned, yes, self.ui).await?;
        if exit == Exit::Done {
            self.finish(&rebuilt, &sources, &relocated)?;
        }
        Ok(exit)
    }

    async fn prepare(&self, sources: &Sources) -> Result<(Rebuild, Relocated), Stop> {
        let author = self.author;
        let mut providers = Providers::new();
        for (old, new) in &self.args.map {
            if let Some(other) = providers.insert(old.clone(), new.clone()).filter(|other| other != new) {
                return Err(Stop::refused(
                    format!("--map sends `{old}` to `{other}` and to `{new}`"),
                    "a provider block is replaced by one other block",
                ));
            }
        }
        let values = match &self.args.values {
            Some(file) => author.mapping(file)?,
            None => config::Mapping::default(),
        };
        let surveyed = progress::reading(self.ui, rebuild::survey(self.workspace, providers, values));
        let survey = surveyed.await.map_err(|failure| author.stop(failure))?;
        survey.notes.iter().for_each(|note| self.ui.warn(note));
        let relocated = survey.relocation.edit(sources, &author.configuration);
        for old in &relocated.unused {
            self.ui.warn(&format!("--values: nothing that moves has `{old}`"));
        }
        let (elsewhere, _) = config::parse(&relocated.sources, &author.catalog)
            .map_err(|faults| Stop::Diagnostics(faults, config::texts(&relocated.sources)))?;
        let unmapped = survey.relocation.unmapped(&author.configuration, &elsewhere, &author.catalog);
        if !unmapped.is_empty() {
            return Err(Stop::Diagnostics(unmapped, author.texts.clone()));
        }
        let rebuilt = rebuild::rebuild(self.workspace, survey, elsewhere).await;
        Ok((rebuilt.map_err(|failure| author.stop(failure))?, relocated))
    }

    fn announce(&self, rebuilt: &Rebuild) {
        let pairs: Vec<String> = self.args.map.iter().map(|(old, new)| format!("{old} -> {new}")).collect();
        let mut said = format!("Rebuilding {}", pairs.join(", "));
        if rebuilt.begun {
            said.push_str(", which was begun before: it goes on from there");
        }
        said.push_str(". What is there now is not touched.");
        for address in &rebuilt.following {
            said.push_str(&format!(
                "\n{address} stays where it is, and is made anew because it refers to what moves."
            ));
        }
        self.say(&said);
        if !self.ui.is_json() {
            self.ui.print("\n");
        }
    }

    /// Tells what became of what, and what to change in the configuration.
    fn finish(&self, rebuilt: &Rebuild, sources: &Sources, relocated: &Relocated) -> Result<(), Stop> {
        let moved = rebuilt.moved().map_err(|failure| self.author.stop(failure))?;
        self.tell_moved(&moved)?;
        let files = config::edited(sources, &relocated.sources);
        for (name, value) in &relocated.vars {
            self.say(&format!("From now on give --var {name}={}", clean(value)));
        }
        if files.is_empty() {
            self.say(
                "The configuration says it already. `landbridge rebuild --confirm` makes it the stack's own.",
            );
            return Ok(());
        }
        if self.args.edit {
            for (file, text) in &files {
                sources::rewrite(Path::new(&**file), text)?;
            }
            let names: Vec<String> = files.keys().map(|file| clean(file)).collect();
            self.say(&format!(
                "Changed {}. `landbridge rebuild --confirm` makes it the stack's own.",
                names.join(", ")
            ));
            return Ok(());
        }
        if !self.ui.is_json() {
            self.ui.print("To be changed in the configuration:\n\n");
        }
        // Of what is not for everybody the texts for messages show nothing.
        let (before, after) = (config::texts(sources), config::texts(&relocated.sources));
        for file in files.keys() {
            self.tell_edits(file, &before[file], &after[file]);
        }
        self.say(
            "Make these changes, or let them be made: the same command with --edit. Then `landbridge rebuild \
             --confirm` makes it the stack's own.",
        );
        Ok(())
    }

    fn tell_moved(&self, moved: &[Moved]) -> Result<(), Stop> {
        if self.ui.is_json() {
            self.ui.event(stream::moved(&moved::as_json(moved)));
        } else if !moved.is_empty() {
            self.ui
                .print(&format!("\nWhat was, and what is now:\n\n{}\n", moved::text(moved, self.ui.look())));
        }
        if let Some(file) = &self.args.map_out {
            moved::write(moved, file)?;
        }
        Ok(())
    }

    /// The edits of a file, as a difference that `patch` reads too.
    fn tell_edits(&self, file: &str, before: &str, after: &str) {
        let diff = similar::TextDiff::from_lines(before, after);
        let text = diff.unified_diff().context_radius(1).header(file, file).to_string();
        if self.ui.is_json() {
            return self.ui.event(stream::edit(file, &text));
        }
        let mut out = String::new();
        for line in text.lines() {
            let tone = match line.chars().next() {
                Some('+') => Tone::Good,
                Some('-') => Tone::Bad,
                _ => Tone::Faint,
            };
            Line::new().with(tone, clean(line)).write(self.ui.look(), &mut out);
        }
        self.ui.print(&format!("{out}\n"));
    }

    /// Makes the rebuild the stack's own.
    async fn confirm(&self) -> Ended {
        let looked = progress::reading(self.ui, rebuild::confirm(self.workspace));
        let confirmation = looked.await.map_err(|failure| self.author.stop(failure))?;
        self.tell_moved(&confirmation.moved)?;
        if !self.args.auto_approve {
            confirm(
                self.ui,
                "Make this the stack's own state? Nothing in the cloud is changed, and the present state stays in the history.",
                "--auto-approve does it without asking",
            )?;
        }
        let old = confirmation.old;
        rebuild::take_over(self.workspace, confirmation)
            .await
            .map_err(|failure| self.author.stop(failure))?;
        let mut said = "The rebuild is the stack's own state now.".to_owned();
        if old > 0 {
            let objects = if old == 1 { "1 object".to_owned() } else { format!("{old} objects") };
            said.push_str(&format!(
                " {objects} of before {} recorded aside: once nobody needs them any more, `landbridge rebuild --delete-old` deletes them, and `--forget-old` lets go of them where they are gone.",
                if old == 1 { "is" } else { "are" }
            ));
        }
        self.say(&said);
        Ok(Exit::Done)
    }

    /// Destroys what is not in the stack any more.
    async fn leave(&self, mut leaving: Leaving, done: &str) -> Ended {
        let author = self.author;
        let asked = self.plan_options(PlanMode::Destroy);
        let planned = plan::make(author, &leaving.workspace, self.way, asked, self.ui).await?;
        plan::tell(self.ui, author, &planned, Review::of, false);
        apply::heed(author, &planned.plan)?;
        let yes = self.ask(&planned.plan)?;
        rebuild::leave(&mut leaving).await.map_err(|failure| author.stop(failure))?;
        let exit = apply::carry_out(author, &leaving.workspace, planned, yes, self.ui).await?;
        if exit == Exit::Done {
            rebuild::discard(&leaving).await.map_err(|failure| author.stop(failure))?;
            self.say(done);
        }
        Ok(exit)
    }

    async fn forget_old(&self) -> Ended {
        if !self.args.auto_approve {
            confirm(
                self.ui,
                "Let go of what was there before the rebuild? What is still in the cloud stays there, and nobody knows of it any more.",
                "--auto-approve does it without asking",
            )?;
        }
        let forgotten = rebuild::forget_old(self.workspace).await;
        for (address, id) in forgotten.map_err(|failure| self.author.stop(failure))? {
            self.say(&format!("Let go of {} of {address}.", clean(&id)));
        }
        Ok(Exit::Done)
    }
}

impl Author {
    /// The same author, with the configuration as it is elsewhere.
    fn elsewhere(&self, workspace: &Workspace) -> Author {
        let configuration = Arc::clone(&workspace.configuration);
        let texts = configuration.sources.clone();
        self.with(configuration, texts)
    }
}
