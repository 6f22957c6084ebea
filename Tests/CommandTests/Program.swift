import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// What a run of the program left.
struct Outcome {
  /// The exit code, or −n when signal n ended it.
  let status: Int32
  let output: String
  /// Standard error, without the lines that say what the chain is.
  let errors: String
  /// The chains that were printed: `overdrive (.nam) → cabinet`.
  let chains: [String]

  init(status: Int32, output: String, errors: String) {
    (self.status, self.output) = (status, output)
    self.errors = withoutChains(errors)
    chains = errors.split(separator: "\n").filter { $0.hasPrefix("chain: ") }.map { String($0.dropFirst(7)) }
  }
}

/// Standard error without the lines that say what the chain is.
func withoutChains(_ errors: String) -> String {
  errors.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("chain: ") }
    .joined(separator: "\n")
}

/// The built `convaudio`, run in a folder of its own.
struct Program {
  let folder: URL
  var environment: [String: String] = [:]

  /// It is next to the test bundle, in the same build folder.
  static let path: String = {
    #if os(Linux)
      let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    #else
      let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath ?? CommandLine.arguments[0]
    #endif
    return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("convaudio").path
  }()

  /// Runs to the end, with standard input from `/dev/null`.
  func run(_ arguments: String...) throws -> Outcome { try run(Self.path, arguments) }

  /// Runs `script` in `sh`, with the program and its arguments as `"$0" "$@"`.
  func shell(_ script: String, _ arguments: String...) throws -> Outcome {
    try shell(script, arguments)
  }

  func shell(_ script: String, _ arguments: [String]) throws -> Outcome {
    try run("/bin/sh", ["-c", script, Self.path] + arguments)
  }

  /// Under `nohup`, or in the background of a shell, this process ignores some signals, and what it starts would, too.
  private static let takesSignals: Void = {
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }()

  /// A process that is ready to run.
  func process(_ executable: String = Self.path, arguments: [String]) -> Process {
    _ = Self.takesSignals
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    // The kernels are named, because another test of this process asks for some that are not here, in the environment
    // that is copied here, and the program would say so.
    let own = ["CONVAUDIO_PRESETS": folder.path, "CONVAUDIO_KERNELS": "\(KernelLevel.selected)", "COLUMNS": "80"]
    process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  func run(_ executable: String, _ arguments: [String]) throws -> Outcome {
    // Through files, so that neither pipe can fill up while the other one is read.
    let kept = try TemporaryFiles()
    let process = process(executable, arguments: arguments)
    process.standardOutput = kept.output
    process.standardError = kept.errors
    try process.run()
    let status = try Deadline.wait(forEndOf: process, ([executable] + arguments).joined(separator: " "))
    return Outcome(status: status, output: try kept.text(of: kept.output), errors: try kept.text(of: kept.errors))
  }
}

/// Two open files without a name.
private struct TemporaryFiles {
  let output: FileHandle
  let errors: FileHandle

  init() throws {
    output = try Self.make()
    errors = try Self.make()
  }

  private static func make() throws -> FileHandle {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("convaudio-test-\(UUID().uuidString)")
    try Data().write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try FileHandle(forUpdating: url)
  }

  func text(of file: FileHandle) throws -> String {
    try file.seek(toOffset: 0)
    return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
  }
}
