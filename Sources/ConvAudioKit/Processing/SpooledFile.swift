#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A temporary file that stands in for a pipe where seeking is needed: most formats are read, and all are completed, by
/// going back in them.
///
/// It stands in `$TMPDIR`, or `/tmp`, readable by its owner alone, and is removed with the object.
final class SpooledFile {
  let path: String

  /// Makes an empty file.
  /// - Throws: `StreamError.noSpool`.
  init() throws {
    let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var name = Array("\(folder)/convaudio-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw StreamError.noSpool(folder: folder, reason: String(cString: strerror(errno))) }
    close(descriptor)
    path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { unlink(path) }

  /// Takes everything from a descriptor to its end.
  func fill(from descriptor: Int32, name: String, isCancelled: @escaping () -> Bool) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw StreamError.noSpool(folder: path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    try Self.copy(
      from: DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled),
      to: DescriptorStream(descriptor: file, name: path, isCancelled: isCancelled))
  }

  /// Gives everything to a descriptor.
  func drain(to descriptor: Int32, name: String, isCancelled: @escaping () -> Bool) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw StreamError.noSpool(folder: path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    try Self.copy(
      from: DescriptorStream(descriptor: file, name: path, isCancelled: isCancelled),
      to: DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled))
  }

  private static func copy(from source: DescriptorStream, to target: DescriptorStream) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while case let count = try source.read(into: buffer), count > 0 {
      try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}

/// Where an output is made before it is complete, and how it gets to its place then.
protocol PendingOutput: AnyObject {
  /// The file to write.
  var temporaryPath: String { get }
  /// Puts the finished file in its place. Without it nothing is left.
  func commit() throws
}

extension ReplacingFile: PendingOutput {}

/// An output that goes to standard output in one piece, when it is complete.
final class StandardOutput: PendingOutput {
  private let spool: SpooledFile
  private let isCancelled: () -> Bool
  var temporaryPath: String { spool.path }

  init(isCancelled: @escaping () -> Bool) throws {
    spool = try SpooledFile()
    self.isCancelled = isCancelled
  }

  func commit() throws {
    // A reader that wants only the beginning is content.
    do {
      try spool.drain(to: STDOUT_FILENO, name: "standard output", isCancelled: isCancelled)
    } catch is ReaderClosed {}
  }
}
