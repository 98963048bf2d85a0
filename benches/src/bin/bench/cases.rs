//! What is measured.

use std::fmt;

/// How many keys `key:0`, `key:1`, ... there are, with 32 bytes each.
pub(crate) const KEYS: usize = 1_000;

/// How many elements of 32 bytes the list `list` has.
pub(crate) const ELEMENTS: usize = 10_000;

/// Commands in one pipeline.
pub(crate) const PIPELINE: usize = 100;

/// Bytes of `large`.
pub(crate) const LARGE: usize = 1 << 20;

/// How many keys `mixed:0`, `mixed:1`, ... there are.
pub(crate) const MIXED: usize = 256;

/// What a caller does over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// `GET` of 32 bytes, one after the other.
    Get,
    /// `SET` of 32 bytes.
    Set,
    /// [`PIPELINE`] times `GET`, sent together.
    Pipeline,
    /// `LRANGE` of [`ELEMENTS`] elements as text.
    LrangeStrings,
    /// The same as bytes.
    LrangeBytes,
    /// `MGET` of all [`KEYS`].
    Mget,
    /// `GET` of [`LARGE`] bytes.
    LargeGet,
    /// `SET` of [`LARGE`] bytes.
    LargeSet,
    /// `SET` and `GET` in turn, of 10 bytes to 64 KiB.
    Mixed,
    /// `GET` of 32 bytes, so many at a time in flight from one thread; async clients do it with as many tasks.
    Deferred,
}

impl Work {
    /// How many replies (or elements, where a reply is a list) one round of the work brings: what `ops/s` counts.
    pub(crate) fn weight(self) -> u64 {
        let weight = match self {
            Work::Pipeline => PIPELINE,
            Work::LrangeStrings | Work::LrangeBytes => ELEMENTS,
            Work::Mget => KEYS,
            _ => 1,
        };
        weight as u64
    }
}

/// One row of the plan: what is done, by how many, beside what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// What `--cases` calls it.
    pub(crate) group: &'static str,
    pub(crate) title: &'static str,
    pub(crate) work: Work,
    /// Threads, or tasks of an async client; for deferred calls how many are in flight.
    pub(crate) callers: usize,
    /// CPU-bound threads beside them.
    pub(crate) hogs: usize,
}

impl Case {
    /// One caller and the server share one core: where the scheduler puts them otherwise changes figures severalfold.
    pub(crate) fn is_pinned(&self) -> bool {
        self.callers == 1
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.group, self.callers)
    }
}

/// All cases in the order of the report. A new one is a line here; new work is a variant of [`Work`] besides.
pub(crate) fn all() -> Vec<Case> {
    const MANY: &[usize] = &[1, 2, 8, 64, 256];
    const ONE: &[usize] = &[1];
    let groups: [(&str, &str, Work, &[usize], usize); 11] = [
        ("get", "GET of 32 bytes", Work::Get, MANY, 0),
        ("set", "SET of 32 bytes", Work::Set, MANY, 0),
        ("pipeline", "100 GETs in a pipeline", Work::Pipeline, ONE, 0),
        ("lrange-strings", "LRANGE of 10,000 elements as text", Work::LrangeStrings, ONE, 0),
        ("lrange-bytes", "LRANGE of 10,000 elements as bytes", Work::LrangeBytes, ONE, 0),
        ("mget", "MGET of 1,000 values", Work::Mget, ONE, 0),
        ("large-get", "GET of 1 MiB", Work::LargeGet, ONE, 0),
        ("large-set", "SET of 1 MiB", Work::LargeSet, ONE, 0),
        ("mixed", "SET and GET of 10 B to 64 KiB", Work::Mixed, &[1, 8], 0),
        ("busy", "GET of 32 bytes beside two CPU-bound threads", Work::Get, &[8, 64, 256], 2),
        ("deferred", "GETs in flight at a time, from one thread", Work::Deferred, &[64, 256], 0),
    ];
    let mut cases = Vec::new();
    for (group, title, work, callers, hogs) in groups {
        cases.extend(callers.iter().map(|&callers| Case { group, title, work, callers, hogs }));
    }
    cases
}

/// Which of the cases were asked for.
pub(crate) fn select(groups: &[String], callers: &[usize]) -> Result<Vec<Case>, String> {
    let mut cases = all();
    if let Some(unknown) = groups.iter().find(|name| !cases.iter().any(|case| matches(case, name))) {
        return Err(format!("no case is called {unknown}; --list tells which there are"));
    }
    cases.retain(|case| groups.is_empty() || groups.iter().any(|name| matches(case, name)));
    cases.retain(|case| callers.is_empty() || callers.contains(&case.callers));
    Ok(cases)
}

fn matches(case: &Case, name: &str) -> bool {
    case.group == name || case.to_string() == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_chosen_by_group_by_name_and_by_callers() {
        let names = |groups: &[&str], callers: &[usize]| {
            let groups: Vec<String> = groups.iter().map(|&name| name.to_owned()).collect();
            select(&groups, callers).map(|cases| cases.iter().map(Case::to_string).collect::<Vec<_>>())
        };
        assert_eq!(names(&["get"], &[]).unwrap(), ["get-1", "get-2", "get-8", "get-64", "get-256"]);
        assert_eq!(names(&["set-8", "busy"], &[8]).unwrap(), ["set-8", "busy-8"]);
        assert_eq!(names(&[], &[]).unwrap().len(), all().len());
        assert!(names(&["gets"], &[]).is_err());
    }

    #[test]
    fn no_two_cases_have_one_name() {
        let mut names: Vec<String> = all().iter().map(Case::to_string).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all().len());
    }
}
