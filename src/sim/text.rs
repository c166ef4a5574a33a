//! Texts as all clouds read and write them: patterns and hexadecimal.

/// Whether a text fits a pattern, where `*` stands for anything and `?` for one character.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[seen] => (at, seen) = (at + 1, seen + 1),
            _ => match star {
                Some((star_at, from)) => {
                    (at, seen) = (star_at + 1, from + 1);
                    star = Some((star_at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns() {
        let fits = [
            ("*", "vpcep:endpoints:create"),
            ("vpcep:*:*", "vpcep:endpoints:create"),
            ("vpcep:endpoints:*", "vpcep:endpoints:get"),
            ("a?c*", "abcdef"),
            ("", ""),
        ];
        let fails = [("vpcep:*:get", "vpcep:endpoints:create"), ("a", "ab"), ("ab", "a"), ("", "a")];
        assert!(fits.iter().all(|(pattern, text)| glob(pattern, text)));
        assert!(!fails.iter().any(|(pattern, text)| glob(pattern, text)));
    }
}
