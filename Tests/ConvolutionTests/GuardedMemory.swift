#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Floats followed by an unreadable page: reading or writing one float too many ends the process with a signal.
final class GuardedMemory {
  private let start: UnsafeMutableRawPointer
  private let bytes: Int
  private let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  init(capacity: Int) {
    bytes = (capacity * 4 + page - 1) / page * page
    start = mmap(nil, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(start != MAP_FAILED, "no memory")
    precondition(mprotect(start + bytes, page, PROT_NONE) == 0, "no guard page")
  }

  deinit { munmap(start, bytes + page) }

  /// The last `count` floats before the guard.
  func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    precondition(count * 4 <= bytes, "\(count) floats do not fit")
    return (start + bytes - count * 4).bindMemory(to: Float.self, capacity: count)
  }
}
