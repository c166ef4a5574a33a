//! Calling a function: arguments, expansion, `try` and `can`.

use super::Run;
use crate::expr::ast::{Call, Expr};
use crate::expr::evaluate::{Evaluator, Fault, Result};
use crate::expr::val::Val;

impl<'a> Evaluator<'a> {
    pub(in crate::expr) fn call(&mut self, call: &'a Call) -> Result<Val<'a>> {
        match call.function.run {
            Run::Try => return self.first_of(&call.args),
            Run::Can => {
                return Ok(match self.attempt(&call.args[0])? {
                    Ok(val) if val.is_unknown() => val,
                    attempt => Val::bool(attempt.is_ok()),
                });
            }
            _ => {}
        }
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.expr(arg)?);
        }
        if call.expand
            && let Some(last) = args.pop()
        {
            match self.entries(&last)? {
                None => return Ok(Val::UNKNOWN.marked(last.sensitive)),
                Some(entries) => args.extend(entries.into_iter().map(|(_, value)| value)),
            }
        }
        let function = call.function;
        if args.len() < function.min || function.max.is_some_and(|max| args.len() > max) {
            let message = format!("`{}` takes {}, not {}", function.name, function.arity(), args.len());
            return Err(Box::new(Fault::new("Wrong number of arguments", message)));
        }
        let plain = match function.run {
            Run::Plain(run) => run,
            Run::Parts(run) => return run(self, args),
            Run::Try | Run::Can => unreachable!("handled above"),
        };
        let (mut known, mut sensitive) = (Some(Vec::with_capacity(args.len())), false);
        for arg in &args {
            let (value, mark) = self.whole(arg)?;
            sensitive |= mark;
            match (value, &mut known) {
                (Some(value), Some(known)) => known.push(value),
                _ => known = None,
            }
        }
        let Some(known) = known else { return Ok(Val::UNKNOWN.marked(sensitive)) };
        let value = plain(&known, &mut self.budget).map_err(|complaint| {
            let message = format!("{}: {complaint}", function.name);
            let message =
                if sensitive { format!("{} failed on a sensitive value", function.name) } else { message };
            Box::new(Fault::new("Function failed", message).hint(format!("it is written {}", function.usage)))
        })?;
        Ok(Val::owned(value).marked(sensitive))
    }

    /// The value of the first argument that has one.
    fn first_of(&mut self, args: &'a [Expr]) -> Result<Val<'a>> {
        let mut last = None;
        for (i, arg) in args.iter().enumerate() {
            match self.attempt(arg)? {
                Ok(val) if val.is_unknown() => {
                    // It may fail later: the others may be read then.
                    let mut sensitive = val.sensitive;
                    for arg in &args[i + 1..] {
                        sensitive |= self.whatever(|ev| ev.expr(arg));
                    }
                    return Ok(val.marked(sensitive));
                }
                Ok(val) => return Ok(val),
                Err(fault) => last = Some(fault),
            }
        }
        Err(last.unwrap_or_else(|| Box::new(Fault::new("Function failed", "try: there is nothing to try"))))
    }

    /// An attempt: faults of the expression are given back as values, others are passed on.
    fn attempt(&mut self, expr: &'a Expr) -> Result<Result<Val<'a>>> {
        let bound = self.bound.len();
        match self.expr(expr) {
            Err(fault) if fault.told || fault.summary == "Expression too expensive" => Err(fault),
            attempt => {
                self.bound.truncate(bound);
                Ok(attempt)
            }
        }
    }
}
