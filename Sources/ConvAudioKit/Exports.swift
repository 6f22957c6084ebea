// A library user imports ConvAudioKit alone; the types of these rooms are part of its interface.
@_exported import ArrayFiles
@_exported import AudioFiles
@_exported import ByteFiles
@_exported import Convolution
@_exported import ModelFormats
@_exported import Resampling
@_exported import Signals
@_exported import StreamingConvolution
@_exported import TimeSeriesFeatures
@_exported import Verification
