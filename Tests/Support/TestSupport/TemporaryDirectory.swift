import Foundation

/// A fresh directory that disappears with this object.
public final class TemporaryDirectory: Sendable {
  /// The directory, which exists and is empty at first.
  public let url: URL
  /// Its path.
  public var path: String { url.path }

  /// - Throws: What `FileManager` throws when the directory cannot be made.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("convaudio-test-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The place of a file of this name, which need not exist.
  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// The names of the files in the directory, hidden files included, sorted.
  public func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
