//! Where things lie in a ledger's folder. Nothing outside this crate sees a path in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Paths of a ledger.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout of the ledger in `root`.
    #[must_use]
    pub fn new(root: &Path) -> Layout {
        Layout { root: root.to_path_buf() }
    }
    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The SQLite catalogue.
    #[must_use]
    pub fn catalogue(&self) -> PathBuf {
        self.root.join("outlay.db")
    }
    /// The copy of the catalogue that is made after every change.
    #[must_use]
    pub fn copy(&self) -> PathBuf {
        self.root.join("outlay.copy.db")
    }
    /// The file whose lock makes a writer.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("writer.lock")
    }
    /// Where spills and files under construction lie; everything in it is disposable.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }
    /// Where Parquet lies.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }
    /// Full path of a catalogued file.
    #[must_use]
    pub fn file(&self, relative: &str) -> PathBuf {
        self.data().join(relative)
    }
}

/// Makes the names in `folder` durable. Only Unix lets a folder be synced; elsewhere a rename is as durable as it gets.
pub fn sync_dir(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::File::open(folder).and_then(|f| f.sync_all()).map_err(Error::io(folder))?;
    }
    Ok(())
}

/// Makes a folder and its parents, each durable.
pub fn make_dir(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|p| !p.as_os_str().is_empty()) {
        make_dir(parent)?;
    }
    match fs::create_dir(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => other.map_err(Error::io(folder))?,
    }
    folder.parent().map_or(Ok(()), sync_dir)
}

/// The type of the network file system that `path` lies on, where it does. Known on Linux only.
#[must_use]
pub fn network_file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let path = path.canonicalize().ok()?;
    let (_, kind) = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (_, at, kind) = (words.next()?, words.next()?, words.next()?);
            path.starts_with(at.replace("\\040", " ")).then_some((at.len(), kind))
        })
        .max_by_key(|(length, _)| *length)?;
    let network = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.sshfs", "9p", "davfs"];
    network.contains(&kind).then(|| kind.to_owned())
}
