//! Readers of texts in which servers tell about themselves: `name=value` and the like.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use super::fields::sorted;

/// Names and values out of a text. Taking a field leaves those behind that a struct does not name.
#[derive(Debug, Default)]
pub(crate) struct TextFields(BTreeMap<String, String>);

impl TextFields {
    /// The fields of `id=1 name=a=b`: pieces between spaces, cut at the first `separator`. A piece without one belongs to the
    /// value before it, such as a path with a space.
    pub(crate) fn of_words(text: &str, separator: char) -> Self {
        let mut fields = BTreeMap::new();
        let mut last: Option<(String, String)> = None;
        for piece in text.split(' ') {
            match (piece.split_once(separator), &mut last) {
                (Some((name, value)), last) => {
                    fields.extend(last.replace((name.to_owned(), value.to_owned())));
                }
                (None, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(piece);
                }
                (None, None) => {}
            }
        }
        fields.extend(last);
        TextFields(fields)
    }

    /// The fields of `keys=2,expires=0`: pieces between commas, cut at the last `=`, since names may hold one
    /// (`>=256=203`). A piece without one is a name without a value.
    pub(crate) fn of_list(text: &str) -> Self {
        let field = |piece: &str| {
            let (name, value) = piece.rsplit_once('=').unwrap_or((piece, ""));
            (name.to_owned(), value.to_owned())
        };
        TextFields(sorted(text.split(',').map(field)))
    }

    /// The fields of lines such as `cluster_state:ok`, cut at the first colon.
    pub(crate) fn of_lines(text: &str) -> Self {
        let field = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.to_owned()))
        };
        TextFields(sorted(text.lines().filter_map(field)))
    }

    /// Takes a field whose value parses; what does not stays behind.
    pub(crate) fn parse<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.0.get(name)?.trim().parse().ok()?;
        self.0.remove(name);
        Some(value)
    }

    /// A number, or zero when there is none.
    pub(crate) fn number<T: FromStr + Default>(&mut self, name: &str) -> T {
        self.parse(name).unwrap_or_default()
    }

    /// Whole seconds, zero when there are none.
    pub(crate) fn seconds(&mut self, name: &str) -> Duration {
        Duration::from_secs(self.number(name))
    }

    /// A text, empty when there is none.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }

    /// A text, unless it is empty or missing.
    pub(crate) fn some_text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|text| !text.is_empty())
    }

    /// The fields that were not taken.
    pub(crate) fn rest(self) -> BTreeMap<String, String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_at_the_first_separator() {
        let mut fields = TextFields::of_words("stray id=7 name=a=b addr=/my dir/s:0 lib-name=", '=');
        assert_eq!(fields.parse::<i64>("id"), Some(7));
        assert_eq!(fields.text("name"), "a=b");
        assert_eq!(fields.text("addr"), "/my dir/s:0");
        assert_eq!(fields.some_text("lib-name"), None);
        assert_eq!(fields.rest(), BTreeMap::new());
    }

    #[test]
    fn lines_are_cut_at_the_first_colon() {
        let fields = TextFields::of_lines("# Cluster\r\na:b:c\r\n\r\nn:1");
        assert_eq!(fields.rest(), BTreeMap::from([("a".into(), "b:c".into()), ("n".into(), "1".into())]));
    }

    #[test]
    fn lists_are_cut_at_the_last_separator() {
        let mut fields = TextFields::of_list(">=256=203,bare,n=x");
        assert_eq!(fields.number::<u64>(">=256"), 203);
        assert_eq!(fields.parse::<u64>("n"), None);
        assert_eq!(fields.rest(), BTreeMap::from([("bare".into(), "".into()), ("n".into(), "x".into())]));
    }
}
