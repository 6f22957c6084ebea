import Foundation
import TestSupport
import Testing

@Suite struct RunningTests {
  @Test("A signal in the middle leaves nothing, and the exit code is 128 and its number", arguments: [SIGINT, SIGTERM, SIGHUP])
  func interruption(signal number: Int32) throws {
    let bench = try Bench()
    // Far more than is done before the signal comes; nothing of it is on the disk.
    try bench.silence("in.wav", channels: 64, seconds: 300)
    let process = bench.program.process(arguments: ["process", "in.wav", "-p", "tiny", "-o", "new/out.wav/"])
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    try waitForOutput(of: process, in: bench.path("new/out.wav"))
    kill(process.processIdentifier, number)
    #expect(try Deadline.wait(forEndOf: process) == 128 + number)
    let said = try Deadline.readAll(from: errors.fileHandleForReading.fileDescriptor, "the errors")
    #expect(withoutChains(String(decoding: said, as: UTF8.self)) == "convaudio: in.wav: interrupted; nothing was written.\n")
    #expect(try bench.files() == ["in.wav"])
  }

  @Test("kill -9 leaves nothing")
  func killed() throws {
    let bench = try Bench()
    try bench.silence("in.wav", channels: 64, seconds: 300)
    let process = bench.program.process(arguments: ["process", "in.wav", "-p", "tiny", "-o", "out.wav"])
    try process.run()
    try waitForOutput(of: process, in: bench.directory.path)
    kill(process.processIdentifier, SIGKILL)
    #expect(try Deadline.wait(forEndOf: process) == -SIGKILL)
    let partial = try bench.files().filter { $0 != "in.wav" }
    #if os(Linux)
      #expect(partial == [])
    #else
      // The next run removes it.
      #expect(partial.count == 1 && partial[0].hasSuffix(".partial"))
    #endif
    try bench.audio("short.wav")
    #expect(try bench.program.run("process", "short.wav", "-p", "tiny", "-o", "out.wav").status == 0)
    #expect(try bench.files() == ["in.wav", "out.wav", "short.wav"])
  }

  /// Waits until the first block has been written.
  private func waitForOutput(of process: Process, in folder: String) throws {
    try Deadline.wait(for: "a temporary file") {
      try #require(process.isRunning, "the program ended and wrote no temporary file")
      #if os(Linux)
        // Files without a name: what is open and lies in this folder.
        let open = "/proc/\(process.processIdentifier)/fd"
        return ((try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []).contains { number in
          var status = stat()
          let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\(number)")) ?? ""
          return target.hasPrefix(folder) && target.hasSuffix("(deleted)") && stat("\(open)/\(number)", &status) == 0
            && status.st_size > 1000
        }
      #else
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".partial") }) else { return false }
        let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int
        return (size ?? 0) > 1000
      #endif
    }
  }

  #if os(Linux)
    @Test(
      "Memory stays below 64 MB a thread and does not grow with the length",
      .enabled(if: MemoryPeaks(of: "self") != nil, "the system does not tell a process's peak"))
    func memory() throws {
      let bench = try Bench()
      try bench.silence("short.wav", channels: 1, seconds: 1)
      try bench.silence("long.wav", channels: 1, seconds: 600)
      try bench.silence("wide.wav", channels: 64, seconds: 2)
      let short = try peaks(bench, "short")
      let long = try peaks(bench, "long")
      let wide = try peaks(bench, "wide")
      // The virtual size bounds the resident one, and is exact: of the latter every core holds back a part.
      #expect(long.virtual < short.virtual + 2048, "\(short) for a second, \(long) for ten minutes")
      #expect(long.resident < 65_536 && wide.resident < 65_536, "\(long), and \(wide) for 64 channels")
      // Each thread has samples and a copy of the chain.
      let (longOnTwo, wideOnTwo) = (try peaks(bench, "long", threads: 2), try peaks(bench, "wide", threads: 2))
      #expect(longOnTwo.resident < 131_072 && wideOnTwo.resident < 131_072, "\(longOnTwo), and \(wideOnTwo)")
    }

    /// What `/proc` says of a process, in kB.
    private struct MemoryPeaks {
      let resident: Int
      let virtual: Int

      init?(of process: String) {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
          let resident = status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap({ Int($0.1) }),
          let virtual = status.firstMatch(of: /VmPeak:\s+(\d+) kB/).flatMap({ Int($0.1) })
        else { return nil }
        (self.resident, self.virtual) = (resident, virtual)
      }
    }

    /// The peaks of a whole run. At its end the program waits to print its summary into a pipe that is full, and can be
    /// asked. (What `wait4` says of a child begins with the size of the process that made it.)
    private func peaks(_ bench: Bench, _ name: String, threads: Int = 1) throws -> MemoryPeaks {
      let summary = Pipe()
      let writing = summary.fileHandleForWriting.fileDescriptor
      let flags = fcntl(writing, F_GETFL)
      _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
      while write(writing, "-", 1) == 1 {}
      _ = fcntl(writing, F_SETFL, flags)

      let process = bench.program.process(arguments: [
        "process", "\(name).wav", "-p", "tiny", "--threads", "\(threads)", "-o", "\(name).\(threads).wav",
      ])
      process.standardOutput = summary
      try process.run()
      let output = bench.path("\(name).\(threads).wav")
      try Deadline.wait(for: output) { !process.isRunning || FileManager.default.fileExists(atPath: output) }
      let peaks = MemoryPeaks(of: "\(process.processIdentifier)")
      _ = try Deadline.readAll(from: summary.fileHandleForReading.fileDescriptor, "the summary")
      #expect(try Deadline.wait(forEndOf: process) == 0)
      return try #require(peaks)
    }
  #endif
}
