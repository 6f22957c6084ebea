import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the system says of a call that failed.
struct SystemError: Error {
  let reason: String
  /// For the last call.
  init() { reason = systemReason() }
}

/// A file that is being written and has no name of its own yet.
///
/// - Linux: most file systems can make a file without a name (`O_TMPFILE`), which is gone with its program. It is written
///   through `/proc/self/fd`.
/// - Elsewhere, and for the moment in which one file replaces another, it is called `.convaudio-….partial`. It is locked
///   as long as its program runs, so that the next run in that folder finds and removes what a killed one has left.
final class PartialFile {
  /// Where to write.
  let path: String
  private let folder: String
  private let descriptor: Int32
  /// The name that the file has for the time being.
  private var name: String?

  /// Creates an empty file.
  /// - Parameters:
  ///   - mode: Its mode, from which the user's mask is taken away.
  ///   - unnamed: Whether it goes without a name where the system can do that. Default: yes; no is for tests.
  init(inFolder folder: String, mode: mode_t = 0o666, unnamed: Bool = true) throws(SystemError) {
    self.folder = folder
    Self.removeAbandoned(in: folder)
    if unnamed, let opened = Self.openUnnamed(in: folder, mode) {
      (descriptor, path) = (opened, Self.path(of: opened))
      return
    }
    while true {
      let candidate = Self.newName(in: folder)
      let opened = systemOpen(candidate, O_RDWR | O_CREAT | O_EXCL, mode)
      if opened < 0, errno == EEXIST { continue }
      guard opened >= 0 else { throw SystemError() }
      // Another run may have taken it for abandoned before it was locked.
      if Self.lock(opened), Self.isLinked(opened) {
        (descriptor, path, name) = (opened, candidate, candidate)
        return
      }
      _ = systemClose(opened)
    }
  }

  deinit {
    if let name { unlink(name) }
    _ = systemClose(descriptor)
  }

  /// Waits until the bytes are on the disk.
  func sync() throws(SystemError) {
    // Not every file system can: then there is nothing to wait for.
    guard fsync(descriptor) == 0 || [EINVAL, ENOTSUP, EROFS].contains(errno) else { throw SystemError() }
  }

  /// Takes a name that no file has.
  /// - Returns: False if there is a file of that name.
  func take(name final: String) throws(SystemError) -> Bool {
    // Unlike rename, link fails if a file of that name was created in the meantime.
    if linkAs(final) {
      syncFolder()
      return true
    }
    if errno == EEXIST { return false }
    // On file systems without hard links, rename. There is always a name there: they make no files without one.
    guard name != nil else { throw SystemError() }
    try moveTo(final)
    return true
  }

  /// Takes a name, and the mode and owner of a file that has it.
  func replace(_ final: String) throws(SystemError) {
    var status = stat()
    if stat(final, &status) == 0 {
      // Only the administrator may give files away; others own what they replace. The owner comes first, because changing
      // it can clear bits of the mode.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      _ = fchmod(descriptor, status.st_mode & 0o7777)
    }
    if name == nil {
      let temporary = Self.newName(in: folder)
      _ = Self.lock(descriptor)
      guard linkAs(temporary) else { throw SystemError() }
      name = temporary
    }
    try moveTo(final)
  }

  private func moveTo(_ final: String) throws(SystemError) {
    guard rename(name!, final) == 0 else { throw SystemError() }
    name = nil
    syncFolder()
  }

  private func linkAs(_ final: String) -> Bool {
    if let name {
      guard link(name, final) == 0 else { return false }
      unlink(name)
      self.name = nil
      return true
    }
    return linkat(AT_FDCWD, path, AT_FDCWD, final, AT_SYMLINK_FOLLOW) == 0
  }

  /// So that the name outlives a power failure, too.
  private func syncFolder() {
    let opened = systemOpen(folder, O_RDONLY)
    guard opened >= 0 else { return }
    fsync(opened)
    _ = systemClose(opened)
  }

  // MARK: - Names and locks

  private static let (prefix, suffix) = (".convaudio-", ".partial")

  private static func newName(in folder: String) -> String {
    "\(folder)/\(prefix)\(String(UInt64.random(in: 0...UInt64.max), radix: 36))\(suffix)"
  }

  /// The path by which Linux opens an open file once more.
  private static func path(of descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  private static func openUnnamed(in folder: String, _ mode: mode_t) -> Int32? {
    #if os(Linux)
      let temporary = Int32(0o20000000) | O_DIRECTORY  // O_TMPFILE
      let opened = systemOpen(folder, O_RDWR | temporary, mode)
      guard opened >= 0 else { return nil }
      if access(path(of: opened), F_OK) == 0 { return opened }
      _ = systemClose(opened)
    #endif
    return nil
  }

  private static func lock(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  private static func isLinked(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink > 0
  }

  /// Removes the files that killed programs have left in a folder: once for each folder, because a folder may hold a
  /// hundred thousand outputs.
  private static func removeAbandoned(in folder: String) {
    guard swept.withLock({ $0.insert(folder).inserted }) else { return }
    for name in (try? allNames(in: folder)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let place = "\(folder)/\(name)"
      let opened = systemOpen(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      guard opened >= 0 else { continue }
      var status = stat()
      if fstat(opened, &status) == 0, FileKind(status) == nil, status.st_uid == geteuid(), lock(opened) { unlink(place) }
      _ = systemClose(opened)
    }
  }

  private static let swept = Mutex<Set<String>>([])
}
