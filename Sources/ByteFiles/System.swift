// The C library, under its three names, and the calls that share a name with our methods.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The path that means standard input or output.
package let standardStreamPath = "-"

/// The names of the standard streams in errors.
package enum StandardStream {
  /// Descriptor 0.
  package static let input = "standard input"
  /// Descriptor 1.
  package static let output = "standard output"
}

/// Whether a path names the null device, which takes everything and keeps nothing.
package func isNullDevice(_ path: String) -> Bool {
  var (status, null) = (stat(), stat())
  return stat(path, &status) == 0 && FileKind(status) == .device && stat("/dev/null", &null) == 0
    && status.st_rdev == null.st_rdev
}

/// The system's message for an `errno`.
func systemReason(_ code: Int32 = errno) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t = 0o666) -> Int32 { open(path, flags | O_CLOEXEC, mode) }

func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, bytes.baseAddress, bytes.count)
}

func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

extension FileKind {
  /// The kind of file; nil for a regular one.
  init?(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: self = .folder
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    default: self = .device
    }
  }

  /// The kind of file at a path; nil for a regular one.
  /// - Throws: `ByteFileError.unreadable` if nothing exists there.
  package static func of(_ path: String) throws(ByteFileError) -> FileKind? {
    guard !path.utf8.contains(0) else { throw .unreadable(path: path, reason: "the path holds a NUL character") }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .unreadable(path: path, reason: systemReason()) }
    return FileKind(status)
  }

  /// Whether a path names a regular file.
  package static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && FileKind(status) == nil
  }
}

/// Names in a folder, without hidden ones, sorted by their bytes.
/// - Throws: `ByteFileError.unreadable`.
package func folderNames(_ folder: String) throws(ByteFileError) -> [String] {
  try allNames(in: folder).filter { !$0.hasPrefix(".") }
    .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

/// Names in a folder, hidden ones too, in no order.
/// - Throws: `ByteFileError.unreadable`.
func allNames(in folder: String) throws(ByteFileError) -> [String] {
  guard let directory = opendir(folder) else { throw .unreadable(path: folder, reason: systemReason()) }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      })
  }
  return names
}
