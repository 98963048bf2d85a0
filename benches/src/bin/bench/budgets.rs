//! What the project promises itself, and what came of it.

use std::fmt::Write;

use crate::memory;
use crate::report::{Report, thousands};

/// What a promise is about.
enum Figure {
    /// Operations per second beside the best of these clients, of all when none is named; at least.
    Faster(&'static str, &'static [&'static str], f64),
    /// CPU of each operation beside the least of these; at most.
    Cheaper(&'static str, &'static [&'static str], f64),
    /// Operations per second; at least.
    Ops(&'static str, f64),
    /// KiB for each idle connection; at most.
    Idle(f64),
    /// KiB that a connection keeps of a large reply; at most.
    Kept(f64),
    /// Allocations of a call; at most.
    Allocations(&'static str, f64),
}

use Figure::{Allocations, Cheaper, Faster, Idle, Kept, Ops};

const POOLED: &str = "redispy pooled";
const SHARED: &str = "redispy shared";
const R2D2: &[&str] = &["redis-rs + r2d2"];
const SYNC: &[&str] = &["redis-rs", "hiredis"];
const ASYNC: &[&str] = &["fred", "rustis"];

/// The clients that a budget is for, what it says, and how it is measured.
const BUDGETS: &[(&[&str], &str, Figure)] = &[
    (&[POOLED, SHARED], "GET, 1 caller: ops/s of redis-rs and hiredis", Faster("get-1", SYNC, 1.0)),
    (&[POOLED, SHARED], "GET, 1 caller: CPU of redis-rs and hiredis", Cheaper("get-1", SYNC, 1.0)),
    (&[SHARED], "GET, 64 callers: ops/s of redis-rs + r2d2", Faster("get-64", R2D2, 2.0)),
    (&[SHARED], "GET, 256 callers: ops/s of redis-rs + r2d2", Faster("get-256", R2D2, 3.0)),
    (&[SHARED], "GET, 8 callers, busy: ops/s of redis-rs + r2d2", Faster("busy-8", R2D2, 1.0)),
    (&[SHARED], "GET, 64 callers, busy: ops/s of redis-rs + r2d2", Faster("busy-64", R2D2, 1.0)),
    (&[SHARED], "GET, 256 callers, busy: ops/s of redis-rs + r2d2", Faster("busy-256", R2D2, 1.0)),
    (&[SHARED], "64 in flight: ops/s of fred and rustis", Faster("deferred-64", ASYNC, 1.5)),
    (&[SHARED], "256 in flight: ops/s of fred and rustis", Faster("deferred-256", ASYNC, 1.5)),
    (&[SHARED], "256 in flight: ops/s", Ops("deferred-256", 1_000_000.0)),
    (&[POOLED, SHARED], "pipeline of 100 GETs: ops/s of all", Faster("pipeline-1", &[], 1.25)),
    (&[POOLED, SHARED], "pipeline of 100 GETs: CPU of all", Cheaper("pipeline-1", &[], 1.0)),
    (&[POOLED, SHARED], "LRANGE of 10,000 as text: ops/s of all", Faster("lrange-strings-1", &[], 1.5)),
    (&[POOLED, SHARED], "LRANGE of 10,000 as text: CPU of all", Cheaper("lrange-strings-1", &[], 0.6)),
    (&[POOLED], "memory of an idle connection", Idle(4.0)),
    (&[POOLED], "memory kept after a reply of 1 MiB", Kept(32.0)),
    (&[POOLED], "allocations of a GET as text", Allocations("GET into String, pooled", 1.0)),
    (&[SHARED], "allocations of a GET as text", Allocations("GET into String, shared", 2.0)),
];

/// A Markdown table of all budgets that are about something that was measured.
pub(crate) fn table(report: &Report) -> String {
    let mut table = String::from("| budget | of | wanted | reached | |\n|---|---|---:|---:|---|\n");
    for (clients, what, figure) in BUDGETS {
        for client in *clients {
            let (wanted, reached, verdict) = match figure.judge(report, client) {
                None => continue,
                Some(Judgement { wanted, reached: Ok((reached, met)) }) => {
                    (wanted, reached, if met { "met".to_owned() } else { "**missed**".to_owned() })
                }
                Some(Judgement { wanted, reached: Err(why) }) => (wanted, "not measured".to_owned(), why),
            };
            let _ = writeln!(table, "| {what} | {client} | {wanted} | {reached} | {verdict} |");
        }
    }
    table
}

struct Judgement {
    wanted: String,
    /// What was reached and whether that is enough; else why that is not known.
    reached: Result<(String, bool), String>,
}

impl Figure {
    /// `None` when what it is about was not measured with any client.
    fn judge(&self, report: &Report, client: &str) -> Option<Judgement> {
        let times = |ratio: f64| format!("{ratio:.2}x");
        let ours = |case| report.of(case, client).ok_or_else(|| report.why_not(case, client).to_owned());
        let theirs = |case, peers| {
            report.best(case, peers).ok_or_else(|| "none of the others was measured".to_owned())
        };
        let memory = || report.memory(client).ok_or_else(|| report.why_not(memory::CASE, client).to_owned());
        Some(match *self {
            Faster(case, peers, wanted) if report.has(case) => {
                let ratio = ours(case).and_then(|ours| Ok(ours.ops / theirs(case, peers)?.0));
                at_least(wanted, ratio, times)
            }
            Cheaper(case, peers, wanted) if report.has(case) => {
                let ratio = ours(case).and_then(|ours| Ok(ours.cpu / theirs(case, peers)?.1));
                at_most(wanted, ratio, times)
            }
            Ops(case, wanted) if report.has(case) => {
                at_least(wanted, ours(case).map(|ours| ours.ops), thousands)
            }
            Idle(wanted) if report.has_memory() => at_most(wanted, memory().map(|memory| memory.each()), kib),
            Kept(wanted) if report.has_memory() => at_most(wanted, memory().map(|memory| memory.kept), kib),
            Allocations(what, wanted) if report.has_memory() => {
                let count = report.allocations(what).ok_or_else(|| "not counted".to_owned());
                at_most(wanted, count, |count| format!("{count}"))
            }
            _ => return None,
        })
    }
}

fn kib(number: f64) -> String {
    format!("{number:.1} KiB")
}

fn at_least(wanted: f64, reached: Result<f64, String>, show: impl Fn(f64) -> String) -> Judgement {
    let wanted_text = format!(">= {}", show(wanted));
    Judgement { wanted: wanted_text, reached: reached.map(|reached| (show(reached), reached >= wanted)) }
}

fn at_most(wanted: f64, reached: Result<f64, String>, show: impl Fn(f64) -> String) -> Judgement {
    let wanted_text = format!("<= {}", show(wanted));
    Judgement { wanted: wanted_text, reached: reached.map(|reached| (show(reached), reached <= wanted)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases;

    #[test]
    fn every_budget_is_about_a_case_that_there_is() {
        let cases: Vec<String> = cases::all().iter().map(ToString::to_string).collect();
        for (_, what, figure) in BUDGETS {
            if let Faster(case, ..) | Cheaper(case, ..) | Ops(case, _) = figure {
                assert!(cases.iter().any(|known| known == case), "{what}: {case}");
            }
        }
    }
}
