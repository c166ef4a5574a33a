//! `format`: the verbs of Terraform's.

use super::Complaint;
use crate::expr::budget::Budget;
use crate::resource::{Number, Type, Value};

/// A width or precision beyond this is refused.
const WIDEST: usize = 1024;

#[derive(Default)]
struct Verb {
    left: bool,
    zero: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    index: Option<usize>,
    letter: char,
}

pub(super) fn format(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let form = super::text_arg(args, 0)?;
    let mut out = String::new();
    let (mut next, mut used, mut by_index) = (1, 1, false);
    let mut chars = form.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let verb = read_verb(&mut chars)?;
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        by_index |= verb.index.is_some();
        let at = verb.index.unwrap_or(next);
        next = at + 1;
        used = used.max(next);
        let value = args.get(at).ok_or_else(|| format!("the form needs at least {at} values after it"))?;
        let text = write(&verb, value).map_err(|m| format!("value {at}: {m}"))?;
        out.push_str(&pad(&verb, text));
        budget.take(1 + text_steps(&out))?;
    }
    if used < args.len() && !by_index {
        return Err(format!("the form uses {} values, but {} are given", used - 1, args.len() - 1));
    }
    budget.text(out.len())?;
    Ok(out.into())
}

/// A text is paid for as it grows, roughly.
fn text_steps(out: &str) -> usize {
    if out.len() > crate::expr::budget::LONGEST_TEXT { usize::MAX / 2 } else { 0 }
}

fn read_verb(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Verb, Complaint> {
    let mut verb = Verb::default();
    while let Some(c) = chars.peek().copied() {
        match c {
            '-' => verb.left = true,
            '0' => verb.zero = true,
            '+' => verb.plus = true,
            ' ' | '#' => {}
            _ => break,
        }
        chars.next();
    }
    verb.width = read_number(chars)?.unwrap_or(0);
    if chars.next_if_eq(&'.').is_some() {
        verb.precision = Some(read_number(chars)?.unwrap_or(0));
    }
    if chars.next_if_eq(&'[').is_some() {
        verb.index = read_number(chars)?.filter(|n| *n > 0);
        if verb.index.is_none() || chars.next_if_eq(&']').is_none() {
            return Err("`%[` needs a number from 1 and `]`".into());
        }
    }
    verb.letter = chars.next().ok_or("the form ends inside a `%` verb; a percent sign is written %%")?;
    Ok(verb)
}

fn read_number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>, Complaint> {
    let mut number = None;
    while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
        chars.next();
        let value = number.unwrap_or(0) * 10 + digit as usize;
        if value > WIDEST {
            return Err(format!("a width of at most {WIDEST} is possible"));
        }
        number = Some(value);
    }
    Ok(number)
}

fn write(verb: &Verb, value: &Value) -> Result<String, Complaint> {
    let number = || match Type::Number.convert(value.clone()) {
        Ok(Value::Number(n)) => Ok(n),
        _ => Err(format!("%{} needs a number, not {}", verb.letter, value.kind_name())),
    };
    let whole = || number()?.as_i64().ok_or_else(|| format!("%{} needs a whole number", verb.letter));
    let signed = |text: String| if verb.plus && !text.starts_with('-') { format!("+{text}") } else { text };
    Ok(match verb.letter {
        's' | 'v' => {
            let text = match value {
                Value::String(s) => s.clone(),
                Value::Null if verb.letter == 's' => return Err("%s needs a text, not null".into()),
                other => other.to_string(),
            };
            match verb.precision {
                Some(most) => text.chars().take(most).collect(),
                None => text,
            }
        }
        'q' => match value {
            Value::String(s) => Value::from(s.as_str()).to_string(),
            other => Value::from(other.to_string()).to_string(),
        },
        't' => match Type::Bool.convert(value.clone()) {
            Ok(Value::Bool(b)) => b.to_string(),
            _ => return Err(format!("%t needs true or false, not {}", value.kind_name())),
        },
        'd' => signed(whole()?.to_string()),
        'b' => format!("{:b}", whole()?),
        'o' => format!("{:o}", whole()?),
        'x' => match value {
            Value::String(s) if s.parse::<f64>().is_err() => s.bytes().map(|b| format!("{b:02x}")).collect(),
            _ => format!("{:x}", whole()?),
        },
        'X' => format!("{:X}", whole()?),
        'f' | 'F' => signed(format!("{:.*}", verb.precision.unwrap_or(6), number()?.as_f64())),
        'e' => signed(format!("{:.*e}", verb.precision.unwrap_or(6), number()?.as_f64())),
        'g' | 'G' => signed(match (verb.precision, number()?) {
            (Some(places), n) => format!("{:.places$}", n.as_f64()),
            (None, Number::Int(i)) => i.to_string(),
            (None, Number::Float(f)) => f.to_string(),
        }),
        other => return Err(format!("there is no verb %{other}")),
    })
}

fn pad(verb: &Verb, text: String) -> String {
    let missing = verb.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return text;
    }
    if verb.left {
        return text + &" ".repeat(missing);
    }
    if verb.zero && verb.letter != 's' {
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => text.split_at(text.len() - digits.len()),
            None => ("", text.as_str()),
        };
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    " ".repeat(missing) + &text
}
