import CConvolutionKernels
import Convolution

/// Where the values of a running network stand.
///
/// A value whose past is read has a mirrored ring for every channel: capacity R at least the history plus the largest
/// sub-block, every frame written at p and at p + R. A run of frames with its whole history then lies contiguous
/// somewhere in the 2R floats, offsets of taps stay constant, and no history is ever moved. Other values have rows for
/// one sub-block only, and rows are used again as soon as nobody reads them.
///
/// Unsafe because the kernels want pointers. Safe because all of them point into `memory`, which lives as long as
/// this object, and every row ends with the slack that the kernels may read.
final class NetworkMemory {
  /// A value's place: `origin` + channel · `stride` + position of the ring.
  struct Place {
    var origin: UnsafeMutablePointer<Float>
    var stride: Int
    var channels: Int
    /// Index among the rings, or −1 for rows of one sub-block.
    var ring: Int
  }

  /// What is added to a place's origin during the present sub-block.
  struct Offsets {
    /// Where it is read, with its history in front.
    var read = 0
    /// Where it is written.
    var write = 0
    /// Floats to the second copy of what is written, or 0 when the sub-block straddles p = R, or for rows.
    var mirror = 0
  }

  /// A mirrored ring's position.
  struct Ring {
    /// R, in frames.
    let capacity: Int
    let history: Int
    /// p: where the next frame is written.
    var position = 0
    /// What every channel's past is after a reset.
    let settled: UnsafeMutablePointer<Float>
    let place: Place
  }

  let places: [Place]
  let rings: UnsafeMutableBufferPointer<Ring>
  /// One a ring; at −1 the zeros of rows, so that no step asks which of the two it has.
  let offsets: UnsafeMutablePointer<Offsets>
  private let memory: AlignedMemory

  /// Allocates what `layout` says.
  init(_ layout: NetworkLayout) {
    memory = AlignedMemory(count: layout.floats)
    let base = memory.base
    var places: [Place] = []
    var rings: [Ring] = []
    for slot in layout.slots {
      let place = Place(
        origin: base + slot.offset, stride: slot.stride, channels: slot.channels,
        ring: slot.history > 0 ? rings.count : -1)
      places.append(place)
      if slot.history > 0 {
        rings.append(
          Ring(
            capacity: slot.capacity, history: slot.history, settled: base + slot.settledOffset, place: place))
      }
    }
    self.places = places
    self.rings = .allocate(capacity: rings.count)
    _ = self.rings.initialize(from: rings)
    let zeros = UnsafeMutablePointer<Offsets>.allocate(capacity: rings.count + 1)
    zeros.initialize(repeating: Offsets(), count: rings.count + 1)
    offsets = zeros + 1
  }

  deinit {
    rings.deallocate()
    (offsets - 1).deallocate()
  }

  // MARK: - Running

  /// Says where a sub-block of `frames` frames is written and read.
  @inline(__always) func begin(frames: Int) {
    for index in rings.indices {
      let (position, capacity) = (rings[index].position, rings[index].capacity)
      offsets[index] = Offsets(
        read: position >= rings[index].history ? position : position &+ capacity, write: position,
        mirror: position &+ frames <= capacity ? capacity : 0)
    }
  }

  /// Moves every ring on.
  @inline(__always) func advance(frames: Int) {
    for index in rings.indices {
      let next = rings[index].position &+ frames
      rings[index].position = next >= rings[index].capacity ? next &- rings[index].capacity : next
    }
  }

  /// Where the present sub-block of channel 0 is read.
  @inline(__always) func readBase(_ place: Place) -> UnsafeMutablePointer<Float> {
    place.origin + offsets[place.ring].read
  }

  /// Where the present sub-block of channel 0 is written.
  @inline(__always) func writeBase(_ place: Place) -> UnsafeMutablePointer<Float> {
    place.origin + offsets[place.ring].write
  }

  /// The distance to the second copy that a kernel may write itself; 0 when there is none, or `mirror` must be called.
  @inline(__always) func mirrorOffset(_ place: Place) -> Int {
    offsets[place.ring].mirror
  }

  /// Copies what was written at the ring's position to where its second copy belongs.
  func mirror(_ place: Place, frames: Int) {
    guard place.ring >= 0 else { return }
    let ring = rings[place.ring]
    let before = min(frames, ring.capacity - ring.position)
    for channel in 0..<place.channels {
      let row = place.origin + channel * place.stride
      (row + ring.position + ring.capacity).update(from: row + ring.position, count: before)
      row.update(from: row + ring.capacity, count: frames - before)
    }
  }

  // MARK: - The past

  /// Makes the constants that ring `index` starts from its past.
  func fill(ring index: Int) {
    let ring = rings[index]
    for channel in 0..<ring.place.channels {
      (ring.place.origin + channel * ring.place.stride).update(
        repeating: ring.settled[channel], count: 2 * ring.capacity)
    }
  }

  /// Makes every ring as new.
  func reset() {
    for index in rings.indices {
      rings[index].position = 0
      fill(ring: index)
    }
  }
}

/// Offsets of rings and rows in one piece of memory, known before anything is allocated.
struct NetworkLayout {
  struct Slot {
    var offset = 0
    var stride = 0
    var channels: Int
    var history = 0
    var capacity = 0
    var settledOffset = 0
  }

  /// For every value of the network.
  private(set) var slots: [Slot]
  /// Of rings and rows together, weights not counted.
  private(set) var floats = 0

  /// The same in bytes.
  var bytes: Int { floats * MemoryLayout<Float>.stride }

  /// - Parameter subBlock: The most frames that go through all layers at once.
  init(plan: NetworkPlan, subBlock: Int) {
    let network = plan.network
    let values = network.nodes.count + 1
    slots = (0..<values).map { Slot(channels: network.channels(of: Network.Value($0))) }
    let line = 16
    func roundUp(_ n: Int) -> Int { (n + line - 1) / line * line }

    // Rings: as long as their history asks for, and a multiple of the sub-block, so that a stream of whole sub-blocks
    // never straddles the end of a ring and the kernels write every second copy themselves.
    let unit = roundUp(subBlock)
    for value in 0..<values where plan.historyFrames[value] > 0 {
      slots[value].history = plan.historyFrames[value]
      slots[value].capacity = (plan.historyFrames[value] + subBlock + unit - 1) / unit * unit
      slots[value].stride = 2 * slots[value].capacity + Int(CCK_READ_SLACK)
      slots[value].offset = floats
      floats += slots[value].stride * slots[value].channels
      slots[value].settledOffset = floats
      floats += roundUp(slots[value].channels)
    }

    // Rows: a value takes those that were given back, from its making to its last reading.
    var lastRead = [Int](repeating: -1, count: values)
    for (index, step) in plan.steps.enumerated() {
      for input in plan.inputs(of: step) { lastRead[input.index] = index }
    }
    lastRead[network.output.index] = plan.steps.count
    let stride = roundUp(subBlock) + Int(CCK_READ_SLACK)
    var free: [(offset: Int, channels: Int)] = []
    var size: [Int: Int] = [:]  // channels at an offset
    func take(_ value: Int, _ slots: inout [Slot], _ floats: inout Int) {
      guard plan.historyFrames[value] == 0 else { return }
      slots[value].stride = stride
      if let found = free.indices.filter({ free[$0].channels >= slots[value].channels })
        .min(by: { free[$0].channels < free[$1].channels })
      {
        slots[value].offset = free.remove(at: found).offset
      } else {
        slots[value].offset = floats
        size[floats] = slots[value].channels
        floats += stride * slots[value].channels
      }
    }
    take(0, &slots, &floats)
    for (index, step) in plan.steps.enumerated() {
      var ended = Set(plan.inputs(of: step).map(\.index))
      let output = plan.output(of: step).index
      take(output, &slots, &floats)
      ended.insert(output)  // a value that nobody reads
      if case .convolution(let fused) = step, let total = fused.total, let previous = fused.previous {
        slots[total.index].stride = stride
        slots[total.index].offset = slots[previous.index].offset
        ended.remove(previous.index)
        if lastRead[total.index] <= index { ended.insert(total.index) }
      }
      for value in ended where plan.historyFrames[value] == 0 && lastRead[value] <= index {
        free.append((slots[value].offset, size[slots[value].offset] ?? slots[value].channels))
      }
    }
  }
}
