//! Lines of styled text whose visible width is known.

use anstyle::{AnsiColor, Style};

/// What a piece of text is, so that one place chooses its colour. The words and signs around it
/// say the same without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Plain,
    /// The name of what a paragraph is about.
    Strong,
    /// Beside the point: places, ids, hints about later.
    Faint,
    /// Something comes.
    Good,
    /// Something moves.
    Notice,
    /// Something goes, or went wrong.
    Bad,
    /// Bookkeeping: adopted, read.
    Info,
}

impl Tone {
    fn style(self) -> Style {
        let colour = |c: AnsiColor| Style::new().fg_color(Some(c.into()));
        match self {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Good => colour(AnsiColor::Green),
            Tone::Notice => colour(AnsiColor::Yellow),
            Tone::Bad => colour(AnsiColor::Red),
            Tone::Info => colour(AnsiColor::Cyan),
        }
    }
}

/// How a text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns to stay within, where words allow it.
    pub width: usize,
    /// Whether to write colours.
    pub colour: bool,
}

impl Default for Look {
    fn default() -> Look {
        Look { width: 100, colour: false }
    }
}

/// One line, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<(Tone, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// A line that starts with so many blanks.
    pub fn indent(columns: usize) -> Line {
        Line::new().plain(" ".repeat(columns))
    }

    /// The line with a piece added.
    pub fn with(mut self, tone: Tone, text: impl Into<String>) -> Line {
        self.0.push((tone, text.into()));
        self
    }

    /// The line with ordinary text added.
    pub fn plain(self, text: impl Into<String>) -> Line {
        self.with(Tone::Plain, text)
    }

    /// How many columns it takes, counting one for each character.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.chars().count()).sum()
    }

    /// Writes the line and its end.
    pub fn write(&self, look: Look, out: &mut String) {
        let start = out.len();
        for (tone, text) in self.0.iter().filter(|(_, text)| !text.is_empty()) {
            let style = tone.style();
            if look.colour && *tone != Tone::Plain {
                out.push_str(&format!("{style}{text}{style:#}"));
            } else {
                out.push_str(text);
            }
        }
        out.truncate(start + out[start..].trim_end_matches(' ').len());
        out.push('\n');
    }

    /// The line without its end.
    pub fn text(&self, look: Look) -> String {
        let mut out = String::new();
        self.write(look, &mut out);
        out.pop();
        out
    }
}

/// A text broken into lines of at most so many columns, at blanks; a longer word stays whole.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_colour_takes_no_columns() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("averylongword x", 4), ["averylongword", "x"]);
        let line = Line::new().with(Tone::Bad, "gone").plain("  ");
        assert_eq!(line.width(), 6);
        assert_eq!(line.text(Look { width: 80, colour: false }), "gone");
        assert_eq!(line.text(Look { width: 80, colour: true }), "\u{1b}[31mgone\u{1b}[0m");
    }
}
