//! A plan in the words of Terraform's own text, for tools that look for them (tfcmt, Atlantis, CI
//! scripts): headings, the comment above each resource, the signs in column three, the counts.
//!
//! The values between them are shown in our way.

use super::model::{Cause, Counts, Entry, Review, Sign};
use super::rows::{Body, Cell, Part, Row};
use crate::plan::PlanMode;

/// The plan as such a text.
pub fn terraform_text(review: &Review) -> String {
    let mut out = String::new();
    if let Some(provenance) = &review.provenance {
        out.push_str(&format!("{}\n\n", provenance.sentence().replace('`', "")));
    }
    if !review.drift.is_empty() {
        out.push_str("Note: Objects have changed outside of Terraform\n\n");
        out.push_str("Since the last apply, somebody else did this:\n");
        for entry in &review.drift {
            let what = if entry.action == "deleted" { "has been deleted" } else { "has changed" };
            block(entry, what, None, &mut out);
        }
        out.push('\n');
    }
    if !review.changes.is_empty() {
        legend(review, &mut out);
        out.push_str("\nTerraform will perform the following actions:\n");
        for entry in &review.changes {
            let second = entry.reason.as_ref().map(|reason| format!("(because {reason})"));
            let imported = entry.id.as_ref().filter(|_| entry.action == "adopt");
            let second = imported.map(|id| format!("(imported from \"{id}\")")).or(second);
            block(entry, fate(entry), second, &mut out);
        }
        out.push('\n');
    }
    if review.changes.is_empty() && review.outputs.is_empty() {
        let still = if review.mode == PlanMode::RefreshOnly { "still " } else { "" };
        out.push_str(&format!("No changes. Your infrastructure {still}matches the configuration.\n"));
        return out;
    }
    out.push_str(&plan_line(&review.counts));
    if !review.outputs.is_empty() {
        out.push_str("\nChanges to Outputs:\n");
        rows(&review.outputs, 2, "", &mut out);
    }
    out
}

/// "Apply complete! Resources: …", as such a text has it.
pub fn terraform_outcome(mode: PlanMode, counts: &Counts) -> String {
    let added = counts.create + counts.replace;
    let destroyed = counts.delete + counts.replace;
    let imported = if counts.adopt > 0 { format!("{} imported, ", counts.adopt) } else { String::new() };
    match mode {
        PlanMode::Destroy => format!("Destroy complete! Resources: {destroyed} destroyed."),
        PlanMode::Normal | PlanMode::RefreshOnly => format!(
            "Apply complete! Resources: {imported}{added} added, {} changed, {destroyed} destroyed.",
            counts.update
        ),
    }
}

/// The counts. Readers take them apart, so the words stand as they are.
fn plan_line(counts: &Counts) -> String {
    let imports = if counts.adopt > 0 { format!("{} to import, ", counts.adopt) } else { String::new() };
    let forgets = if counts.forget > 0 { format!(", {} to forget", counts.forget) } else { String::new() };
    format!(
        "Plan: {imports}{} to add, {} to change, {} to destroy{forgets}.\n",
        counts.create + counts.replace,
        counts.update,
        counts.delete + counts.replace
    )
}

fn legend(review: &Review, out: &mut String) {
    let meanings = [
        (Sign::Plus, "  + create"),
        (Sign::Tilde, "  ~ update in-place"),
        (Sign::Minus, "  - destroy"),
        (Sign::MinusPlus, "-/+ destroy and then create replacement"),
        (Sign::PlusMinus, "+/- create replacement and then destroy"),
        (Sign::Less, " <= read (data resources)"),
    ];
    out.push_str("Resource actions are indicated with the following symbols:\n");
    for (sign, meaning) in meanings {
        if review.changes.iter().any(|entry| entry.sign == sign) {
            out.push_str(meaning);
            out.push('\n');
        }
    }
}

fn fate(entry: &Entry) -> &'static str {
    match (entry.action, entry.cause) {
        ("create", _) => "will be created",
        ("update" | "await", _) => "will be updated in-place",
        ("delete", _) => "will be destroyed",
        ("replace", Cause::Tainted) => "is tainted, so must be replaced",
        ("replace", Cause::Requested) => "will be replaced, as requested",
        ("replace", Cause::Other) => "must be replaced",
        ("adopt", _) => "will be imported",
        ("forget", _) => "will no longer be managed by Terraform",
        _ => "will be read during apply",
    }
}

fn block(entry: &Entry, fate: &str, second: Option<String>, out: &mut String) {
    out.push_str(&format!("\n  # {} {fate}\n", entry.address));
    if let Some(second) = second {
        out.push_str(&format!("  # {second}\n"));
    }
    let sign = match entry.sign {
        Sign::MinusPlus => "-/+",
        Sign::PlusMinus => "+/-",
        Sign::Less => " <=",
        Sign::Plus => "  +",
        Sign::Minus => "  -",
        Sign::Tilde => "  ~",
        Sign::Bang if entry.action == "deleted" => "  -",
        Sign::Bang => "  ~",
        Sign::None | Sign::Equals | Sign::Dot | Sign::Greater => "   ",
    };
    let (data, address) = match entry.address.strip_prefix("data.") {
        Some(rest) => ("data", rest),
        None => ("resource", entry.address.as_str()),
    };
    let (kind, name) = address.split_once('.').unwrap_or((address, ""));
    let name = name.split('[').next().unwrap_or(name);
    out.push_str(&format!("{sign} {data} \"{kind}\" \"{name}\" {{\n"));
    let whole = match entry.sign {
        Sign::Plus => "+",
        Sign::Minus => "-",
        _ => "",
    };
    rows(&entry.rows, 6, whole, out);
    out.push_str("    }\n");
}

fn rows(rows: &[Row], column: usize, whole: &str, out: &mut String) {
    let names = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let pad = " ".repeat(column);
    for row in rows {
        let own = if row.sign == Sign::None { whole } else { row.sign.text() };
        let forces = if row.replaces.is_some() { " # forces replacement" } else { "" };
        let head = |mark: &str| format!("{pad}{mark:<1} {:<names$} =", row.name);
        match &row.body {
            Body::One(one) => out.push_str(&format!("{} {}{forces}\n", head(own), cell(one))),
            Body::Arrow(before, after) if before == after => {
                out.push_str(&format!("{} {}{forces}\n", head(own), cell(after)));
            }
            Body::Arrow(before, after) => {
                out.push_str(&format!("{} {} -> {}{forces}\n", head(own), cell(before), cell(after)));
            }
            Body::Parts(parts, same) => {
                out.push_str(&format!("{} [{forces}\n", head(own)));
                members(parts, *same, own, &pad, out);
                out.push_str(&format!("{pad}  ]\n"));
            }
        }
    }
}

fn members(parts: &[Part], same: usize, own: &str, pad: &str, out: &mut String) {
    let signed = parts.iter().any(|part| part.sign != Sign::None);
    for part in parts {
        let mark = if signed { part.sign.text() } else { own };
        out.push_str(&format!("{pad}    {mark:<1} {},\n", part.text));
    }
    if same > 0 {
        out.push_str(&format!("{pad}      # ({same} unchanged elements hidden)\n"));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::None => "null".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Unknown(_) => "(known after apply)".to_owned(),
        Cell::Sensitive => "(sensitive value)".to_owned(),
    }
}
