//! Waits for files to change.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::args::DataArguments;
use crate::failure::Failure;

/// Changes that follow one another so closely are one.
const QUIET: Duration = Duration::from_millis(200);

/// What the names of this program's own temporary folders begin with: what it writes there is no change.
pub const OWN_FOLDER: &str = "kql-test-";

/// What changes in some folders and below.
pub struct Changes {
    watcher: RecommendedWatcher,
    changes: Receiver<()>,
    folders: Vec<PathBuf>,
}

impl Changes {
    /// Nothing is watched yet.
    pub fn new() -> Result<Self, Failure> {
        let (sender, changes) = mpsc::channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // To read a file is no change. Where something went wrong a run does no harm.
            if event
                .is_ok_and(|event| !event.kind.is_access() && !event.paths.iter().any(|path| is_own(path)))
            {
                // The receiver is gone only when the program ends.
                let _ = sender.send(());
            }
        });
        Ok(Self { watcher: watcher.map_err(failure)?, changes, folders: Vec::new() })
    }

    /// Watches these files and folders from now on, as well. A file is watched by its folder, since editors put a new
    /// file in its place; of a glob the part that is a folder is.
    pub fn watch<'p>(&mut self, paths: impl IntoIterator<Item = &'p Path>) -> Result<(), Failure> {
        for path in paths {
            let folder = path.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if self.folders.iter().all(|known| !folder.starts_with(known)) {
                self.watcher.watch(folder, RecursiveMode::Recursive).map_err(failure)?;
                self.folders.push(folder.to_owned());
            }
        }
        Ok(())
    }

    /// Waits for a change, and until there was none for a moment. `false` if there will be no more.
    pub fn wait(&self) -> bool {
        if self.changes.recv().is_err() {
            return false;
        }
        while self.changes.recv_timeout(QUIET).is_ok() {}
        true
    }
}

/// The files and folders that the arguments about data name.
pub fn paths_of(data: &DataArguments) -> impl Iterator<Item = &Path> {
    let tables = data.tables.iter().map(|(_, pattern)| Path::new(pattern.as_str()));
    let others = data.folders.iter().chain(&data.functions).chain(&data.schemas).map(PathBuf::as_path);
    others.chain(tables)
}

fn is_own(path: &Path) -> bool {
    path.iter().any(|part| part.to_string_lossy().starts_with(OWN_FOLDER))
}

fn failure(error: notify::Error) -> Failure {
    Failure::Data(format!("cannot watch: {error}"))
}
