import Foundation
import TestSupport
import Testing

@Suite struct RunningTests {
  @Test("A signal in the middle leaves nothing; exit 130", arguments: [SIGINT, SIGTERM, SIGHUP])
  func interruption(signal number: Int32) throws {
    let bench = try Bench()
    // Far more than is done before the signal comes; nothing of it is on the disk.
    try bench.silence("in.wav", channels: 64, seconds: 300)
    let previous = signal(SIGHUP, SIG_DFL)
    defer { signal(SIGHUP, previous) }
    let process = bench.program.process(arguments: ["process", "in.wav", "-p", "tiny", "-o", "new/out.wav/"])
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    try waitForPartial(in: bench.path("new/out.wav"))
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(said == "convaudio: in.wav: interrupted; nothing was written.\n")
    #expect(try bench.files() == ["in.wav"])
  }

  @Test("kill -9 leaves nothing under the final name")
  func killed() throws {
    let bench = try Bench()
    try bench.silence("in.wav", channels: 64, seconds: 300)
    let process = bench.program.process(arguments: ["process", "in.wav", "-p", "tiny", "-o", "out.wav"])
    try process.run()
    try waitForPartial(in: bench.directory.path)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let files = try bench.files()
    #expect(files.count == 2 && files.contains("in.wav") && files[0].hasPrefix(".convaudio-"))
  }

  /// Until the first block is on its way.
  private func waitForPartial(in folder: String) throws {
    for _ in 0..<2000 {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      if let name = names.first(where: { $0.hasSuffix(".partial") }) {
        let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
        if (size ?? 0) > 1000 { return }
      }
      usleep(5000)
    }
    Issue.record("no temporary file has come")
  }

  #if os(Linux)
    @Test("Memory stays below 64 MB and does not grow with the length")
    func memory() throws {
      let bench = try Bench()
      try bench.silence("short.wav", channels: 1, seconds: 1)
      try bench.silence("long.wav", channels: 1, seconds: 600)
      try bench.silence("wide.wav", channels: 64, seconds: 2)
      let short = try peakKilobytes(bench, "short.wav")
      let long = try peakKilobytes(bench, "long.wav")
      let wide = try peakKilobytes(bench, "wide.wav")
      #expect(long < short + 2048, "\(short) kB for a second, \(long) kB for ten minutes")
      #expect(long < 65_536 && wide < 65_536, "\(long) kB, and \(wide) kB for 64 channels")
    }

    /// The largest resident size, asked for while the program runs: what `wait4` says of a child begins with the
    /// size of the process that made it.
    private func peakKilobytes(_ bench: Bench, _ input: String) throws -> Int {
      let process = bench.program.process(arguments: ["process", input, "-p", "tiny"])
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      var peak = 0
      while process.isRunning {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        // Before exec the process is still a copy of this one.
        if status.hasPrefix("Name:\tconvaudio\n"),
          let match = status.firstMatch(of: /VmHWM:\s+(\d+) kB/), let size = Int(match.1)
        {
          peak = max(peak, size)
        }
        usleep(2000)
      }
      #expect(process.terminationStatus == 0)
      #expect(peak > 1000)
      return peak
    }
  #endif
}
