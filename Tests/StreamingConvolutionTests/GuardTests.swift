import CTestSupport
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two C guards bite.
@Suite("Allocation counter and seccomp child")
struct GuardTests {
  @Test("planted calls are counted, each in its place", .enabled(if: ProcessorLaws.canCountAllocations))
  func countsPlantedCalls() {
    cts_counts_begin()
    let first = malloc(64)
    cts_use(first)
    let second = realloc(first, 4096)
    let third = calloc(4, 4)
    let fourth = aligned_alloc(64, 128)
    cts_use(second)
    cts_use(third)
    cts_use(fourth)
    free(second)
    free(third)
    free(fourth)
    free(nil)
    let counts = cts_counts_end()
    #expect(counts.allocations == 4)
    #expect(counts.bytes == 64 + 4096 + 16 + 128)
    #expect(counts.frees == 3)

    cts_counts_begin()
    #expect(cts_counting_works() == 1)
    _ = cts_counts_end()
    #expect(cts_counts_end().allocations == 0, "nothing is counted after the end")
  }

  @Test("a Swift array and a class instance are counted", .enabled(if: ProcessorLaws.canCountAllocations))
  func countsSwift() {
    final class Planted { var value = 0 }
    cts_counts_begin()
    let array = [Float](repeating: 1, count: 1000)
    let object = Planted()
    let counts = cts_counts_end()
    withExtendedLifetime((array, object)) {}
    #expect(counts.allocations >= 1)
  }

  @Test("another thread's allocations are not counted", .enabled(if: ProcessorLaws.canCountAllocations))
  func countsOneThread() throws {
    var thread = pthread_t()
    #expect(pthread_create(&thread, nil, { _ in
      let memory = malloc(8)
      cts_use(memory)
      free(memory)
      return nil
    }, nil) == 0)
    cts_counts_begin()
    pthread_join(thread, nil)
    let counts = cts_counts_end()
    #expect(counts.allocations == 0)
  }

  @Test("a child that makes no system call ends well", .enabled(if: ProcessorLaws.canForbidSystemCalls))
  func quietChildEndsWell() {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 1000)
    defer { memory.deallocate() }
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      let memory = context!.assumingMemoryBound(to: Float.self)
      var index = 0
      while index < 1000 {
        memory[index] = Float(index)
        index += 1
      }
    }
    #expect(cts_run_under_strict_seccomp(body, memory) == 0)
    #expect(cts_run_without_system_calls(body, memory) == 0)
  }

  @Test("a planted getpid is killed", .enabled(if: ProcessorLaws.canForbidSystemCalls))
  func systemCallIsKilled() {
    #expect(cts_run_under_strict_seccomp({ _ in _ = getpid() }, nil) == SIGKILL)
    #expect(cts_run_without_system_calls({ _ in _ = getpid() }, nil) == SIGSYS)
  }

  @Test(
    "a planted write passes strict seccomp and is killed by the filter",
    .enabled(if: ProcessorLaws.canForbidSystemCalls))
  func writeIsKilledByTheFilter() {
    #expect(cts_run_under_strict_seccomp({ _ in _ = write(-1, nil, 0) }, nil) == 0)
    #expect(cts_run_without_system_calls({ _ in _ = write(-1, nil, 0) }, nil) == SIGSYS)
  }

  @Test(
    "a large malloc, which asks the kernel for memory, is killed",
    .enabled(if: ProcessorLaws.canForbidSystemCalls))
  func largeAllocationIsKilled() {
    let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { _ in
      let memory = malloc(1 << 28)
      cts_use(memory)
      free(memory)
    }
    #expect(cts_run_under_strict_seccomp(body, nil) == SIGKILL)
  }
}
