//! A process that measures one case with one client: callers side by side, all doing the same.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::ClockId;

use crate::cases::{Case, Work};
use crate::data::{Turns, VALUE, key};
use crate::memory::resident;
use crate::meter::{Gate, Measured, Meter, cpu_time};
use crate::peers::{Caller, Peer, Task};

/// What a client is asked to do.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) case: Case,
    pub(crate) addr: SocketAddr,
    pub(crate) wanted: Wanted,
}

/// What is measured of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// How fast it is, over so long a time.
    Speed(Duration),
    /// How much memory the process has resident when each caller has made some calls, and all are still there.
    Memory,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Figures {
    Speed(Measured),
    /// KiB.
    Memory(f64),
}

/// Why a client does not do what it is asked to.
pub(crate) type Why = &'static str;

/// How many calls each caller makes before memory is looked at.
const CALLS: usize = 100;

/// The core that one caller shares with the server.
pub(crate) const CORE: usize = 0;

/// Does the job.
pub(crate) fn run(peer: &Peer, job: &Job) -> Result<Figures, Why> {
    // Else all would wait for ever for a caller that failed.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        print(info);
        std::process::exit(101);
    }));
    if job.case.is_pinned() {
        let mut core = CpuSet::new();
        core.set(CORE);
        sched_setaffinity(None, &core).unwrap();
    }
    (peer.run)(job)
}

/// Measures a synchronous client: a thread for each caller, which gets what `open` gives.
pub(crate) fn threads<C: Caller>(job: &Job, open: impl Fn() -> C + Sync) -> Result<Figures, Why> {
    if job.case.work == Work::Deferred {
        return Err("a thread of theirs waits for each call");
    }
    let Wanted::Speed(time) = job.wanted else { return Ok(Figures::Memory(threads_memory(job.case, open))) };
    let (gate, open) = (Gate::default(), &open);
    Ok(thread::scope(|scope| {
        let gate = &gate;
        let call = |number| {
            scope.spawn(move || {
                let (mut caller, mut turns) = (open(), Turns::new(job.case.work, number));
                let mut meter = Meter::new(gate);
                loop {
                    turns.call(&mut caller);
                    if !meter.tick() {
                        return meter.finish();
                    }
                }
            })
        };
        let callers = (0..job.case.callers).map(call).collect();
        conduct(scope, job.case, time, gate, job.case.callers, callers)
    }))
}

/// Measures one thread that keeps as many GETs under way as the case has callers: the oldest is waited for, then another one is sent.
pub(crate) fn in_flight<P>(
    job: &Job,
    send: impl Fn(&str) -> P + Sync,
    wait: impl Fn(P) -> usize + Sync,
) -> Result<Figures, Why> {
    let Wanted::Speed(time) = job.wanted else { return Err("one thread makes all calls") };
    let gate = Gate::default();
    let (gate, send, wait) = (&gate, &send, &wait);
    Ok(thread::scope(|scope| {
        let caller = scope.spawn(move || {
            let mut turns = Turns::new(job.case.work, 0);
            let mut under_way: VecDeque<_> = (0..job.case.callers)
                .map(|_| {
                    let began = Instant::now();
                    (began, send(turns.next_key()))
                })
                .collect();
            let mut meter = Meter::new(gate);
            while let Some((began, pending)) = under_way.pop_front() {
                assert_eq!(wait(pending), VALUE.len());
                let now = Instant::now();
                if !meter.tock(began, now) {
                    break;
                }
                under_way.push_back((now, send(turns.next_key())));
            }
            meter.finish()
        });
        conduct(scope, job.case, time, gate, 1, vec![caller])
    }))
}

fn threads_memory<C: Caller>(case: Case, open: impl Fn() -> C + Sync) -> f64 {
    let all = Barrier::new(case.callers + 1);
    let call = &|| {
        let (mut caller, key) = (open(), key(0));
        (0..CALLS).for_each(|_| assert_eq!(caller.get(&key), VALUE.len()));
        all.wait();
        all.wait();
    };
    thread::scope(|scope| {
        for _ in 0..case.callers {
            scope.spawn(call);
        }
        all.wait();
        let resident = resident();
        all.wait();
        resident
    })
}

/// Measures an async client on tokio: a task for each caller, which gets a clone of what `connect` gives.
///
/// Where all is pinned to one core the runtime is that of one thread, else it has a worker for each core.
pub(crate) fn tasks<T: Task>(
    job: &Job,
    connect: impl AsyncFnOnce(SocketAddr) -> T + Send,
) -> Result<Figures, Why> {
    let mut builder = match job.case.is_pinned() {
        true => tokio::runtime::Builder::new_current_thread(),
        false => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.enable_all().build().unwrap();
    let Wanted::Speed(time) = job.wanted else {
        return Ok(Figures::Memory(runtime.block_on(tasks_memory(job, connect))));
    };
    // A task may outlive whatever it borrows; this process ends soon.
    let gate: &'static Gate = Box::leak(Box::default());
    let all = async move || {
        let client = connect(job.addr).await;
        let spawn = |number| tokio::spawn(repeat(client.clone(), job.case.work, number, gate));
        let tasks: Vec<_> = (0..job.case.callers).map(spawn).collect();
        let mut all = Meter::new(gate).finish();
        for task in tasks {
            all.add(task.await.unwrap()).unwrap();
        }
        all
    };
    Ok(thread::scope(|scope| {
        let callers = scope.spawn(move || runtime.block_on(all()));
        conduct(scope, job.case, time, gate, job.case.callers, vec![callers])
    }))
}

async fn tasks_memory<T: Task>(job: &Job, connect: impl AsyncFnOnce(SocketAddr) -> T + Send) -> f64 {
    let client = connect(job.addr).await;
    let spawn = |_| {
        let mut task = client.clone();
        tokio::spawn(async move {
            let key = key(0);
            for _ in 0..CALLS {
                assert_eq!(task.get(&key).await, VALUE.len());
            }
            // The handle lives as long as that of a thread.
            task
        })
    };
    let tasks: Vec<_> = (0..job.case.callers).map(spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    resident()
}

async fn repeat<T: Task>(mut task: T, work: Work, number: usize, gate: &'static Gate) -> Histogram<u64> {
    let (mut turns, mut meter) = (Turns::new(work, number), Meter::new(gate));
    loop {
        turns.call_async(&mut task).await;
        if !meter.tick() {
            return meter.finish();
        }
    }
}

/// Lets the callers run, of whom so many arrive, and the CPU-bound threads that the case has beside them, and sums up.
pub(crate) fn conduct<'scope>(
    scope: &'scope Scope<'scope, '_>,
    case: Case,
    time: Duration,
    gate: &'scope Gate,
    count: usize,
    callers: Vec<ScopedJoinHandle<'scope, Histogram<u64>>>,
) -> Figures {
    let hogs: Vec<_> = (0..case.hogs).map(|_| scope.spawn(|| hog(gate))).collect();
    let (time, mut cpu) = gate.conduct(count, time);
    for hog in hogs {
        cpu = cpu.saturating_sub(hog.join().unwrap());
    }
    let mut all = Meter::new(gate).finish();
    for caller in callers {
        all.add(caller.join().unwrap()).unwrap();
    }
    Figures::Speed(Measured::new(&all, case.work.weight(), time, cpu))
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figures::Speed(measured) => measured.fmt(f),
            Figures::Memory(resident) => resident.fmt(f),
        }
    }
}

/// Uses all of the CPU it can get. Gives the CPU time it had while the gate measured.
fn hog(gate: &Gate) -> Duration {
    let mut begin = None;
    while !gate.is_over() {
        if begin.is_none() && gate.is_measuring() {
            begin = Some(cpu_time(ClockId::ThreadCPUTime));
        }
        std::hint::black_box((0..1_000_u64).fold(0, |sum, n| sum ^ std::hint::black_box(n)));
    }
    begin.map_or(Duration::ZERO, |begin| cpu_time(ClockId::ThreadCPUTime) - begin)
}
