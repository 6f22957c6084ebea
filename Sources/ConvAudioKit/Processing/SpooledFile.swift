#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A temporary file that stands in for a pipe where seeking is needed: most formats are read, and all are completed, by
/// going back in them.
///
/// It stands in `$TMPDIR`, or `/tmp`, readable by its owner alone. Its name goes with the object; who has it open keeps it.
final class SpooledFile {
  /// The run was cancelled in the middle of a copy.
  struct Interrupted: Error {}

  let folder: String
  let path: String

  /// Makes an empty file.
  /// - Throws: `StreamError.noSpool`.
  init() throws {
    folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var name = Array("\(folder)/convaudio-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw StreamError.noSpool(folder: folder, reason: String(cString: strerror(errno))) }
    close(descriptor)
    path = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit { unlink(path) }

  /// Takes everything from a descriptor to its end.
  /// - Throws: `Interrupted`; `StreamError`.
  func fill(from descriptor: Int32, name: String, isCancelled: @escaping () -> Bool) throws {
    let pipe = DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled)
    do {
      try withFile(O_WRONLY) { try Self.copy(from: pipe, to: $0) }
    } catch StreamError.writeFailed(_, let reason) {
      throw StreamError.noSpool(folder: folder, reason: reason)
    }
  }

  /// Gives everything to a descriptor.
  /// - Throws: `Interrupted`, also when the reader takes nothing any more; `ReaderClosed`; `StreamError`.
  func drain(to descriptor: Int32, name: String, isCancelled: @escaping () -> Bool) throws {
    let pipe = DescriptorStream(descriptor: descriptor, name: name, isCancelled: isCancelled)
    do {
      try withFile(O_RDONLY) { try Self.copy(from: $0, to: pipe) }
    } catch is ReaderStuck {
      throw Interrupted()
    }
  }

  private func withFile(_ mode: Int32, _ body: (DescriptorStream) throws -> Void) throws {
    let file = open(path, mode | O_CLOEXEC)
    guard file >= 0 else { throw StreamError.noSpool(folder: folder, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    // The pipe at the other end is what is waited for, and so what is interrupted.
    try body(DescriptorStream(descriptor: file, name: path, isCancelled: { false }))
  }

  private static func copy(from source: DescriptorStream, to target: DescriptorStream) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try source.read(into: buffer)
      if source.isCancelled() || (count > 0 && target.isCancelled()) { throw Interrupted() }
      guard count > 0 else { return }
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
  var folder: String { spool.folder }

  init(isCancelled: @escaping () -> Bool) throws {
    spool = try SpooledFile()
    self.isCancelled = isCancelled
  }

  func commit() throws {
    let name = "standard output"
    do {
      try spool.drain(to: STDOUT_FILENO, name: name, isCancelled: isCancelled)
    } catch is SpooledFile.Interrupted {
      throw ProcessingError.cutShort(path: name)
    } catch is ReaderClosed {
      // A reader that wants only the beginning is content.
    }
  }
}
