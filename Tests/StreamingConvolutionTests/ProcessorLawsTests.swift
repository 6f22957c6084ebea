import StreamingConvolution
import TestSupport
import Testing

/// The laws are only worth their name if they fail on processors that break them.
@Suite("Processor laws")
struct ProcessorLawsTests {
  typealias Law = @Sendable (ProcessorLaws.Maker) throws -> [String]

  static let cutting: Law = { try ProcessorLaws.checkBlockCutting($0) }
  static let reset: Law = { try ProcessorLaws.checkResetEqualsNew($0) }
  static let copies: Law = { try ProcessorLaws.checkCopiesAreIndependent($0) }
  static let inPlace: Law = { try ProcessorLaws.checkInPlace($0) }

  @Test("a correct processor breaks no law")
  func correctProcessorHolds() throws {
    #expect(try ProcessorLaws.checkAll { TwoChannelEcho() } == [])
  }

  @Test(
    "block cutting catches",
    arguments: [
      Fault.leaksBlockBoundaries, .dependsOnBlockSize, .readsBehindInput, .writesBehindOutput, .returnsTooMany,
    ])
  func cuttingCatches(_ fault: Fault) throws {
    #expect(try Self.cutting { TwoChannelEcho(fault: fault) } != [])
  }

  @Test("reset equals new catches", arguments: [Fault.resetIsHalfDone, .resetDoesNothing, .resetKeepsNaN])
  func resetCatches(_ fault: Fault) throws {
    #expect(try Self.reset { TwoChannelEcho(fault: fault) } != [])
    #expect(try Self.cutting { TwoChannelEcho(fault: fault) } == [], "only the reset is broken")
  }

  @Test(
    "independent copies catches",
    arguments: [Fault.copyKeepsState, .copySharesState, .copyIsSelf, .copyHasOtherHistory])
  func copiesCatches(_ fault: Fault) throws {
    #expect(try Self.copies { TwoChannelEcho(fault: fault) } != [])
    #expect(try Self.reset { TwoChannelEcho(fault: fault) } == [], "only the copy is broken")
  }

  @Test("in place catches input that is read after it was written over")
  func inPlaceCatches() throws {
    let make = { TwoChannelEcho(fault: .readsInputAfterWriting) }
    #expect(try Self.inPlace(make) != [])
    #expect(try Self.cutting(make) == [], "only the work in place is broken")
  }

  @Test("allocations can be counted on Linux without sanitizers")
  func countingWorks() {
    #if os(Linux)
      #expect(ProcessorLaws.canCountAllocations)
    #endif
  }

  @Test("allocation freedom holds, and catches", .countsAllocations)
  func allocationFree() throws {
    #expect(try ProcessorLaws.checkAllocationFree { TwoChannelEcho() } == [])
    for fault in [Fault.allocates, .allocatesInReset, .makesObjects] {
      let failures = try ProcessorLaws.checkAllocationFree { TwoChannelEcho(fault: fault) }
      #expect(failures.contains { $0.contains("allocations") }, "\(fault)")
    }
  }

  @Test("system call freedom holds, and catches", .enabled(if: ProcessorLaws.canForbidSystemCalls))
  func systemCallFree() throws {
    #expect(try ProcessorLaws.checkSystemCallFree { TwoChannelEcho() } == [])
    // Strict seccomp allows write; the filter does not.
    #expect(try ProcessorLaws.checkSystemCallFree { TwoChannelEcho(fault: .asksForProcessID) }.count == 2)
    #expect(try ProcessorLaws.checkSystemCallFree { TwoChannelEcho(fault: .writes) }.count == 1)
  }

  @Test("restored denormals, declared history and declared latency hold, and catch")
  func declaredProperties() throws {
    #expect(try ProcessorLaws.checkDenormals { TwoChannelEcho() } == [])
    #expect(try ProcessorLaws.checkHistory { TwoChannelEcho() } == [])
    #expect(try ProcessorLaws.checkLatency { TwoChannelEcho() } == [])
    #expect(try ProcessorLaws.checkHistory { TwoChannelEcho(historyFrames: 4) } != [])
    #expect(try ProcessorLaws.checkLatency { TwoChannelEcho(fault: .claimsLatency) } != [])
    #if arch(x86_64)
      #expect(try ProcessorLaws.checkDenormals { TwoChannelEcho(fault: .leavesFlushOn) } != [])
      #expect(try ProcessorLaws.checkDenormals { TwoChannelEcho(fault: .leavesFlushOff) } != [])
    #endif
  }
}
