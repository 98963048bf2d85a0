//! Nothing may be left behind: threads and descriptors of the test's own process.

use std::fs;
use std::time::{Duration, Instant};

/// What the process holds at one moment: the names of its threads, the targets of its descriptors.
///
/// The whole process is counted, so a test that uses it must be alone in its process, as under `cargo nextest`, and a
/// scripted server or proxy with connections coming and going must be gone or idle at both moments.
///
/// ```
/// use redispy_testkit::Leaks;
/// use std::time::Duration;
///
/// let before = Leaks::baseline();
/// std::thread::spawn(|| ()).join().ok();
/// before.assert_back_to_baseline(Duration::from_secs(1));
/// ```
#[derive(Debug, Clone)]
pub struct Leaks {
    threads: Vec<String>,
    descriptors: Vec<String>,
}

impl Leaks {
    /// What the process holds now.
    pub fn baseline() -> Leaks {
        Leaks {
            threads: entries("/proc/self/task", |path| fs::read_to_string(path.join("comm")).ok()),
            // The descriptor that reads the directory is gone when its link is looked up.
            descriptors: entries("/proc/self/fd", |path| {
                Some(fs::read_link(path).ok()?.display().to_string())
            }),
        }
    }

    /// How many threads there were.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    /// How many descriptors there were.
    pub fn descriptors(&self) -> usize {
        self.descriptors.len()
    }

    /// Waits until the process has no more threads and descriptors than at this moment.
    ///
    /// # Panics
    ///
    /// It still has after `within`; the text lists them.
    #[track_caller]
    pub fn assert_back_to_baseline(&self, within: Duration) {
        let start = Instant::now();
        loop {
            let now = Leaks::baseline();
            if now.threads() <= self.threads() && now.descriptors() <= self.descriptors() {
                return;
            }
            assert!(
                start.elapsed() < within,
                "left behind after {within:?}:\n  threads {:?}\n   before {:?}\n  descriptors {:?}\n       before {:?}",
                now.threads,
                self.threads,
                now.descriptors,
                self.descriptors,
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn entries(directory: &str, describe: impl Fn(&std::path::Path) -> Option<String>) -> Vec<String> {
    let listed: Vec<_> =
        fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    listed.iter().filter_map(|path| describe(path)).map(|text| text.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn a_descriptor_left_open_is_named() {
        let before = Leaks::baseline();
        let held = File::open("/dev/zero").unwrap();
        let now = Leaks::baseline();
        assert_eq!(now.descriptors.iter().filter(|target| *target == "/dev/zero").count(), 1);
        drop(held);
        before.assert_back_to_baseline(Duration::from_secs(5));
    }

    #[test]
    #[should_panic(expected = "left behind after 50ms")]
    fn a_thread_left_running_fails() {
        let before = Leaks::baseline();
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let _waiting = std::thread::spawn(move || held.recv());
        // Unwinding drops `hold`, and the thread ends.
        before.assert_back_to_baseline(Duration::from_millis(50));
        drop(hold);
    }
}
