#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much memory this process may have. Beyond it, the system kills the process or an allocation ends it, so whatever
/// can be large is compared with it first.
package enum MemoryBudget {
  /// Bytes: the least of the machine's memory, the limit of the address space (`ulimit -v`), and that of the control group
  /// (a container, a `systemd` unit).
  package static let bytes = min(physicalBytes, addressSpaceBytes, controlGroupBytes)

  private static var physicalBytes: Int {
    max(1, sysconf(Int32(_SC_PHYS_PAGES))) * max(1, sysconf(Int32(_SC_PAGESIZE)))
  }

  private static var addressSpaceBytes: Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let resource = RLIMIT_AS
    #endif
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(Int.max) else { return .max }
    // The program and its libraries take some of it; the first number is in pages.
    let used = number(in: "/proc/self/statm") ?? 0
    return max(1, Int(clamping: limit.rlim_cur) - used * max(1, sysconf(Int32(_SC_PAGESIZE))))
  }

  /// The limits of version 2 and version 1, of this process's own group as a container sees it, and of the groups above
  /// it where they are visible.
  private static var controlGroupBytes: Int {
    var least = Int.max
    for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      least = min(least, number(in: file) ?? .max)
    }
    // One line a hierarchy: number, controllers, path. Version 2 has no controllers.
    for line in text(of: "/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty else { continue }
      var path = parts[2]
      while !path.isEmpty, path != "/" {
        least = min(least, number(in: "/sys/fs/cgroup\(path)/memory.max") ?? .max)
        path = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      }
    }
    return least
  }

  /// The number that a file holds; nil for `max`, and for no file.
  private static func number(in path: String) -> Int? {
    let digits = text(of: path).prefix { $0.isNumber }
    return digits.isEmpty ? nil : Int(digits) ?? .max
  }

  private static func text(of path: String) -> String {
    guard let file = try? ByteFile.reading(path) else { return "" }
    return String(decoding: file.bytes(at: 0, count: 4096), as: UTF8.self)
  }
}
