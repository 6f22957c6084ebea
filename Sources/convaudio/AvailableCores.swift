#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The cores that this process may use: on Linux those that it is bound to (`taskset`), elsewhere all that are online.
func availableCores() -> Int {
  #if os(Linux)
    if let cores = coresOfAffinityMask(), cores > 0 { return cores }
  #endif
  return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}

#if os(Linux)
  /// Swift cannot call `sched_getaffinity`, but the kernel also says it in a file: `Cpus_allowed:	ff,ffffffff`.
  private func coresOfAffinityMask() -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line: UnsafeMutablePointer<CChar>?
    var room = 0
    defer { free(line) }
    while getline(&line, &room, file) > 0, let text = line.map({ String(cString: $0) }) {
      guard text.hasPrefix("Cpus_allowed:") else { continue }
      return text.dropFirst(13).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
    }
    return nil
  }
#endif
