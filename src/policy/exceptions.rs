//! The author's exceptions: whoever answers for one lets a ruling pass, until a day that is named.

use jiff::civil::Date;

use crate::config::Exception;
use crate::plan::verdict::{Exempt, Ruling, Verdict};

/// Marks what is excepted, and notes exceptions that are over or cover nothing.
pub(super) fn hold_against(exceptions: &[Exception], verdict: &mut Verdict, today: Date) {
    let mut used = vec![false; exceptions.len()];
    for ruling in verdict.rulings.iter_mut().filter(|ruling| !ruling.passes()) {
        let covering = exceptions.iter().enumerate().filter(|(_, exception)| covers(exception, ruling));
        // One that still holds goes before one that is over.
        let Some((at, best)) = covering.max_by_key(|(_, exception)| exception.until) else { continue };
        used[at] = true;
        ruling.exempt = Some(Exempt {
            owner: best.owner.clone(),
            until: Some(best.until),
            reason: best.reason.clone(),
            expired: best.until < today,
        });
    }
    for (exception, used) in exceptions.iter().zip(used) {
        let Exception { rule, owner, until, place, .. } = exception;
        let of = exception.address.as_ref().map(|address| format!(" of {address}")).unwrap_or_default();
        if *until < today {
            verdict.notes.push(format!(
                "the exception from {rule}{of} ended on {until}: {owner} renews or removes it ({}:{})",
                place.file, place.line
            ));
        } else if !used {
            verdict.notes.push(format!(
                "the exception from {rule}{of} covers nothing in this plan ({}:{}, {owner})",
                place.file, place.line
            ));
        }
    }
}

fn covers(exception: &Exception, ruling: &Ruling) -> bool {
    let rule = ruling.rule == exception.rule
        || ruling.rule.rsplit('.').next().is_some_and(|name| name == exception.rule);
    let address = match (&exception.address, &ruling.address) {
        (None, _) => true,
        (Some(wanted), Some(address)) => {
            *wanted == address.to_string() || *wanted == address.block.to_string()
        }
        (Some(_), None) => false,
    };
    rule && address
}
