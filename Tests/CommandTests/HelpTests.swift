import Foundation
import Testing

/// The help of every command, word for word: what a user reads first changes on purpose or not at all.
@Suite struct HelpTests {
  @Test("The help")
  func help() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Reamp, add cabinets and reverbs, extract features, classify
        recordings.

        USAGE: convaudio <subcommand>

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.

        SUBCOMMANDS:
          process                 Apply presets, trained models and impulse responses,
                                  in the order given, to audio files.
          stream                  Apply presets, trained models and impulse responses,
                                  in the order given, to a pipe, block by block.
          convolve                Convolve an array of any rank with a kernel.
          presets                 List the presets.
          info                    Describe a model, preset or impulse response: cost,
                                  latency, memory and speed on this machine.
          verify                  Check that a model or preset gives the right numbers
                                  on this machine at every block size.
          bench                   Measure how fast a model or preset runs on this
                                  machine, by block size.
          tune                    Measure what convolutions cost on this machine.
          features                Turn time series and sound into features: ROCKET
                                  family, mel, MFCC, scattering, networks.
          classify                Train a classifier of time series, test it, and
                                  predict classes.

          See 'convaudio help <subcommand>' for detailed help.

        """)
    #expect(try bench.program.run("--version").output.contains("."))
  }

  @Test("The help of process")
  func processHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("process", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Apply presets, trained models and impulse responses, in the order
        given, to audio files.

        Reads WAV, RF64, W64, AIFF, CAF, AU, FLAC, Ogg Vorbis, Opus and MP3. Keeps the
        sample rate, channels, sample format and text metadata unless told otherwise.
        Without -o the output is written beside the input as NAME.CHAIN.EXTENSION,
        where CHAIN is the names of the stages. An output appears only when it is
        complete.

        USAGE: convaudio process [<options>] <inputs> ...

        ARGUMENTS:
          <inputs>                Audio files to process, folders with all their
                                  subfolders, or quoted patterns such as
                                  'takes/**/*.wav'. Use - for standard input (buffered
                                  in $TMPDIR).

        CHAIN:
          -p, --preset <preset>   A preset: its name (see convaudio presets) or its
                                  .json file. -p, --model and --ir may be mixed and
                                  repeated; the chain runs in their order.
          --chain <file>          A chain file (JSON, same format as a preset), used
                                  like a preset.
          --model <file>          A trained model (.nam).
          --ir <file|preset>      An impulse response: an audio file, or a preset such
                                  as hall or cabinet.
          --allow-outside         Allow presets and chain files to name files outside
                                  their own folders.

        STAGE OPTIONS (FOR THE STAGE BEFORE THEM; BEFORE THE FIRST STAGE, FOR THE WHOLE CHAIN):
          --mix <share>           Dry/wet mix: 0 dry, 1 wet, or a percentage (default:
                                  1).
          --gain <dB>             Gain in dB after the stage and its mix (default: 0).
          --tail <keep|cut|time>  How much of the reverb tail to keep after the input
                                  ends: all, nothing, or a time in seconds or with a
                                  unit (500ms) (default: keep).
          --predelay <time>       Silence before an impulse response, in milliseconds
                                  or with a unit (20ms, 0.02s) (default: 0).
          --ir-channels <ir-channels>
                                  How the channels of an impulse response connect
                                  inputs and outputs (default: auto). (values: auto,
                                  mono, stereo, true-stereo, per-channel, fan-out,
                                  matrix)
          --ir-gain <none|peak|energy|dB>
                                  Level of an impulse response: none (unchanged), peak
                                  (highest gain 0 dB), energy (noise keeps its level),
                                  or a gain in dB (default: none).
          --slim <size>           Which size of a multi-size model to run: 0 smallest,
                                  1 full (default: 1).
          --normalize-loudness    Normalize a model to -18 dB, using the loudness in
                                  its metadata, or a measurement where there is none.
                                  For the whole chain: the last model.
          --input-level-dbu <dBu> Level of a full-scale sine at the interface that
                                  recorded the input, in dBu RMS. The input is scaled
                                  to the level in the model's metadata. For the whole
                                  chain: the first model.

        MANY MODELS:
          --models <pattern>      Process every input through each of these models
                                  (.nam): a file, a folder with all its subfolders, or
                                  a quoted pattern such as '*.nam' or 'amps/**/*.nam'.
                                  Existing outputs are skipped unless --force is given.
          --names <template>      Names of the outputs, with {input}, {model} and
                                  {extension}, in the folder of -o or beside the input.
                                  (default: {input}.{model}.{extension})

        CONVOLUTIONS:
          --latency <frames|time> Latency of each convolution, in frames or with a unit
                                  (5ms) (default: 0 when streaming, cheapest for files).
          --max-memory <bytes>    Memory limit for all convolutions together, such as
                                  500M or 4G. (default: 4G)
          --explain               Print how convolutions are computed and why.

        SOUND:
          --gain-in <dB>          Gain in dB before the whole chain; the dry signal
                                  gets it too. (default: 0)
          --gain-out <dB>         Gain in dB after the whole chain. (default: 0)
          --non-finite <non-finite>
                                  What to do with input samples that are NaN or
                                  infinite (default: keep for files, zero for stream).
                                  (values: keep, zero, error)

        LEVEL OF THE OUTPUT:
          --normalize <dB>        Bring the peak of each output to this level in dB
                                  below full scale; without a number, -1.
          --loudness <LUFS>       Bring each output to this integrated loudness (ITU-R
                                  BS.1770). Both keep the output in $TMPDIR until its
                                  level is known.

        OUTPUT FORMAT:
          --format <format>       Output format (default: by the output's extension, or
                                  the input's when writing to -). (values: wav, rf64,
                                  w64, aiff, caf, au, flac, ogg, opus, mp3)
          --bit-depth <bit-depth> Sample format of the output (default: the input's).
                                  (values: 8, 16, 24, 32, float, double)
          --no-dither             Do not add dither when reducing the bit depth.

        RUNNING:
          --force                 Replace existing outputs.
          --threads <threads>     Number of threads for all files together; does not
                                  affect the output (default: one for each core that
                                  the process may use).
          --jobs <jobs>           How many files to process at once; they share the
                                  threads equally. (default: 1)
          --max-channels <max-channels>
                                  Reject files with more channels. (default: 64)
          --quiet                 Print only errors.
          --json                  Print a JSON report to standard output.
          --truncated <truncated> What to do with recordings that end before their
                                  header says: keep the frames that are there, with a
                                  remark, or error. Default: error for files, keep for
                                  pipes. (values: keep, error)

        OPTIONS:
          -o, --output <output>   Output file, - for standard output, or the folder for
                                  several outputs (default: beside the input).
          --rate-policy <rate-policy>
                                  What to do with a file whose sample rate is not the
                                  chain's: resample it to that rate and back, stretch
                                  the chain's dilations (only for whole multiples of
                                  its rate), or reject the file. (values: resample,
                                  dilate, refuse; default: resample)
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of stream")
  func streamHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("stream", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Apply presets, trained models and impulse responses, in the order
        given, to a pipe, block by block.

        Reads WAV, raw samples, or rows of numbers (CSV, NDJSON) from standard input
        and writes each block to standard output as soon as its frames have come. The
        output is bit-identical to that of process with the same --latency, whatever
        the block size. Stops when the input ends or its reader goes away; SIGINT,
        SIGTERM and SIGHUP stop it after the current block. SIGUSR1 prints how long
        blocks took.

        USAGE: convaudio stream <options>

        CHAIN:
          -p, --preset <preset>   A preset: its name (see convaudio presets) or its
                                  .json file. -p, --model and --ir may be mixed and
                                  repeated; the chain runs in their order.
          --chain <file>          A chain file (JSON, same format as a preset), used
                                  like a preset.
          --model <file>          A trained model (.nam).
          --ir <file|preset>      An impulse response: an audio file, or a preset such
                                  as hall or cabinet.
          --allow-outside         Allow presets and chain files to name files outside
                                  their own folders.

        STAGE OPTIONS (FOR THE STAGE BEFORE THEM; BEFORE THE FIRST STAGE, FOR THE WHOLE CHAIN):
          --mix <share>           Dry/wet mix: 0 dry, 1 wet, or a percentage (default:
                                  1).
          --gain <dB>             Gain in dB after the stage and its mix (default: 0).
          --tail <keep|cut|time>  How much of the reverb tail to keep after the input
                                  ends: all, nothing, or a time in seconds or with a
                                  unit (500ms) (default: keep).
          --predelay <time>       Silence before an impulse response, in milliseconds
                                  or with a unit (20ms, 0.02s) (default: 0).
          --ir-channels <ir-channels>
                                  How the channels of an impulse response connect
                                  inputs and outputs (default: auto). (values: auto,
                                  mono, stereo, true-stereo, per-channel, fan-out,
                                  matrix)
          --ir-gain <none|peak|energy|dB>
                                  Level of an impulse response: none (unchanged), peak
                                  (highest gain 0 dB), energy (noise keeps its level),
                                  or a gain in dB (default: none).
          --slim <size>           Which size of a multi-size model to run: 0 smallest,
                                  1 full (default: 1).
          --normalize-loudness    Normalize a model to -18 dB, using the loudness in
                                  its metadata, or a measurement where there is none.
                                  For the whole chain: the last model.
          --input-level-dbu <dBu> Level of a full-scale sine at the interface that
                                  recorded the input, in dBu RMS. The input is scaled
                                  to the level in the model's metadata. For the whole
                                  chain: the first model.

        STREAM:
          --format <format>       Input format; auto recognises WAV. Raw samples are
                                  little-endian and interleaved. (values: auto, f32le,
                                  f64le, s16le, s24le, s32le, u8, wav, csv, ndjson;
                                  default: auto)
          --output-format <output-format>
                                  Output format (default: the input's). (values: f32le,
                                  f64le, s16le, s24le, s32le, u8, wav, csv, ndjson)
          --rate <hz>             Sample rate in Hz. Needed for raw input and for WAV
                                  output from rows; WAV input must agree.
          --channels <channels>   Channels. Raw input needs them; WAV and the columns
                                  of the first row must agree.
          --block <frames>        Block size in frames (default: 64). Rows are always
                                  processed one at a time.
          --missing <missing>     What to do with missing values in rows: fail, repeat
                                  the column's last value, or use 0. (values: error,
                                  hold, zero; default: error)
          --header <header>       Whether the first row of CSV input is a header; auto:
                                  if it contains no number. (values: auto, yes, no;
                                  default: auto)
          --align                 Remove the latency of the chain from the start of the
                                  output.
          --bit-depth <bit-depth> Sample format of WAV output (default: the input's).
                                  (values: 8, 16, 24, 32, float, double)
          --no-dither             Do not add dither when reducing the bit depth.
          --max-channels <max-channels>
                                  Reject streams with more channels. (default: 64)
          --latency-report        Print how long blocks took when the stream ends
                                  (SIGUSR1 prints it at once).
          --quiet                 Print only errors.
          --truncated <truncated> What to do with recordings that end before their
                                  header says: keep the frames that are there, with a
                                  remark, or error. Default: error for files, keep for
                                  pipes. (values: keep, error)

        CONVOLUTIONS:
          --latency <frames|time> Latency of each convolution, in frames or with a unit
                                  (5ms) (default: 0 when streaming, cheapest for files).
          --max-memory <bytes>    Memory limit for all convolutions together, such as
                                  500M or 4G. (default: 4G)
          --explain               Print how convolutions are computed and why.

        SOUND:
          --gain-in <dB>          Gain in dB before the whole chain; the dry signal
                                  gets it too. (default: 0)
          --gain-out <dB>         Gain in dB after the whole chain. (default: 0)
          --non-finite <non-finite>
                                  What to do with input samples that are NaN or
                                  infinite (default: keep for files, zero for stream).
                                  (values: keep, zero, error)

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of convolve")
  func convolveHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("convolve", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Convolve an array of any rank with a kernel.

        Arrays are NumPy files (.npy) of floats or integers, and the output is 32-bit
        floats. The input is [batch, channels, axes…]; you can leave out batch, or
        batch and channels, and the output leaves out the same. A kernel of three or
        more axes is [output channels, input channels / groups, axes…], as in PyTorch;
        a smaller one has no channel axes and is applied to each channel separately.
        This is cross-correlation, as in every framework; --flip mirrors the kernel. A
        list, such as 2,1, has one number per axis that the kernel moves along,
        outermost first, or one for all of them. The output appears only when it is
        complete.

        USAGE: convaudio convolve [<options>] <input> --kernel <kernel> --output <output>

        ARGUMENTS:
          <input>                 Input array (.npy). Use - for standard input, here or
                                  for kernel or bias.

        GEOMETRY:
          --stride <list>         Step between outputs, in inputs; with --transposed,
                                  step between inputs, in outputs. (default: 1)
          --dilation <list>       Step between kernel weights, in inputs. (default: 1)
          --padding <list>        valid (none), same (PyTorch, stride 1), same-upper or
                                  same-lower (ONNX, any stride), full (every position
                                  that touches the input), causal (only before), a
                                  number for both sides, or before:after; a list of
                                  these. With --transposed only numbers: how many
                                  outputs to drop on both sides. (default: valid)
          --mode <mode>           What to pad with (default: zeros). (values: zeros,
                                  reflect, replicate, circular)
          --constant <number>     Pad with this number; used instead of --mode.
          --groups <groups>       Number of equal groups that the channels are divided
                                  into; as many as channels is depthwise. (default: 1)
          --transposed            Transposed convolution, with a kernel [input
                                  channels, output channels / groups, axes…].
          --output-padding <list> Outputs to add at the end of each axis with
                                  --transposed; less than its stride or dilation
                                  (default: 0).
          --flip                  Mirror the kernel along all axes (mathematical
                                  convolution).
          --rank <rank>           Number of axes to convolve, 1 to 6. 3 takes a kernel
                                  of three axes as one without channel axes (default:
                                  all axes of a kernel of one or two, else all but the
                                  first two).

        OPTIONS:
          --kernel <kernel>       Kernel array (.npy).
          --bias <bias>           Bias array (.npy): one number per output channel, or
                                  a single one for a kernel without channel axes.
          -o, --output <output>   Output file (.npy), - for standard output.
          --threads <threads>     Number of threads; does not affect the output.
                                  (default: 1)
          --algorithm <algorithm> How to compute: direct sums or transforms. automatic
                                  uses transforms for kernels of more than 128
                                  positions where they are cheaper. They differ in the
                                  last bits, and transforms spread NaN. (values:
                                  automatic, direct, transforms; default: automatic)
          --explain               Print how the output is computed and why (to standard
                                  error if the output goes to standard output).
          --force                 Replace an existing output.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of tune")
  func tuneHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("tune", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Measure what convolutions cost on this machine.

        Long impulse responses are divided by a cost table that comes with the program,
        so the same preset gives the same samples on every machine. This command
        measures a table for this machine in two seconds. Set CONVAUDIO_COSTS to its
        file to use it. With another table a response may be divided differently, which
        changes the last bits of the output.

        USAGE: convaudio tune [--output <output>] [--name <name>] [--force]

        OPTIONS:
          -o, --output <output>   Output file, - for standard output (default: -).
          --name <name>           Name of the table, shown by --explain and info.
                                  (default: mine)
          --force                 Replace an existing output.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of features")
  func featuresHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("features", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Turn time series and sound into features: ROCKET family, mel, MFCC,
        scattering, networks.

        Reads series from .ts files, text with one series per line and its label first
        (.csv, .tsv: the UCR layout), NumPy arrays [cases, points] or [cases, channels,
        points], and signals, one series each: recordings, NDJSON with one frame per
        line, raw samples (--input-format), or folders of them. Use - for standard
        input in any of these formats; a FIFO works the same way. Without --params the
        transform is fitted to the input, and --fit saves it. With --window the input
        is one signal (rows of CSV are frames, too), and each window gives a row as
        soon as it is complete. Text (- or .csv, .tsv) has a header and, if there are
        labels, a first column of them; an .npz holds features, names and labels.
        Threads and batches do not affect the output.

        stft, mel, logmel, mfcc, scattering, stack and statistics need no fit. They
        process signals (recordings, pipes, rows of numbers) hop by hop and write each
        row as soon as its last sample has arrived; the block size does not affect the
        output. --like uses another program's conventions, down to the numbers. The
        rows of several inputs, or of the files in a folder, follow each other; text
        then begins with a column `file`.

        USAGE: convaudio features [<options>] <inputs> ... --output <output>

        ARGUMENTS:
          <inputs>                Files or folders of series, or recordings. Use - for
                                  standard input.

        FITTING (MINIROCKET, MULTIROCKET, ROCKET, HYDRA):
          --seed <seed>           Seed of the fit, 0 to 4294967295; the same seed gives
                                  the same bits on every machine (default: 0).
          --features <features>   Approximate number of features to fit (default:
                                  minirocket 9996, multirocket 49,728, rocket 20,000,
                                  hydra 1024 for each power of two up to an eighth of
                                  the series).
          --compatibility <compatibility>
                                  How multirocket transforms differences: as published,
                                  or as aeon does (default: correct). (values: correct,
                                  aeon)

        SERIES:
          --missing <missing>     What to do with missing values: fail, use 0, repeat
                                  the last value, or interpolate to the next one.
                                  (values: error, zero, hold, linear; default: error)
          --short <short>         What to do with kernels longer than the series: pad
                                  it with zeros, give NaN, or fail (default: pad).
                                  (values: pad, nan, error)
          --no-labels             Read lines of .csv and .tsv as series without labels.
          --labels <file>         Text file with one label per line, in the order of
                                  the series; lines of .csv and .tsv then have none.
          --window <window>       Process windows of this length, in frames or with a
                                  unit: 500, 250ms, 1s (default: by --like for spectra,
                                  25ms for stack and statistics).
          --hop <hop>             Distance between windows, in frames or with a unit
                                  (default: by --like for spectra, 10ms for stack and
                                  statistics, else the window's length).
          --threads <threads>     Number of threads; does not affect the output. A
                                  signal is processed on one thread, several files at
                                  once. (default: 1)

        RECORDINGS, PIPES AND ROWS OF NUMBERS:
          --input-format <input-format>
                                  Input format. auto: files by their names; pipes as
                                  WAV, FLAC and other audio, NDJSON, or else CSV. Raw
                                  samples are little-endian and interleaved. csv reads
                                  rows as frames instead of series. (values: auto,
                                  f32le, f64le, s16le, s24le, s32le, u8, wav, csv,
                                  ndjson; default: auto)
          --rate <hz>             Sample rate of raw samples and rows of numbers, in
                                  Hz; recordings at another rate are resampled to it.
          --channels <channels>   Number of channels of raw samples; other inputs must
                                  have the same number.
          --mono                  Average all channels into one.
          --header <header>       Whether the first row of CSV input is a header; auto:
                                  if it contains no number. (values: auto, yes, no;
                                  default: auto)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)
          --truncated <truncated> What to do with recordings that end before their
                                  header says: keep the frames that are there, with a
                                  remark, or error. Default: error for files, keep for
                                  pipes. (values: keep, error)

        HOP BY HOP (ALL OTHERS):
          --timestamps <moment>   Add a first column `time`: the first frame of a row's
                                  window, its middle, or the frame after it; in
                                  seconds, or in frames if the input has no sample
                                  rate. (values: start, center, end, none; default:
                                  none)
          --plot <file.png>       Also draw the rows as a picture.

        SPECTRA (STFT, MEL, LOGMEL, MFCC):
          --like <like>           Program whose defaults to use; other options override
                                  them (default: librosa). (values: librosa,
                                  torchaudio, htk)
          --fft <n>               Length of the transform, in frames (default: the
                                  window's; htk: the next power of two).
          --window-shape <window-shape>
                                  Window shape (default: by --like). (values: hann,
                                  hann-symmetric, hamming, hamming-symmetric, blackman,
                                  povey, rectangular)
          --centre <true|false>   Whether a row's window is centred on its frame or
                                  begins there (default: by --like).
          --padding <padding>     What to assume beyond the ends of the input, for
                                  centred rows (default: by --like). (values: zeros,
                                  reflect)
          --pre-emphasis <factor> Subtract this fraction of the previous sample from
                                  each sample (default: by --like).
          --exponent <1|2>        2 for power, 1 for magnitude (default: 2).
          --mels <count>          Number of mel bands (default: by --like).
          --fmin <hz>             Lower edge of the first mel band, in Hz (default: 0).
          --fmax <hz>             Upper edge of the last mel band, in Hz (default: half
                                  the sample rate).
          --mel-scale <mel-scale> Mel scale (default: by --like). (values: slaney, htk)
          --mel-norm <mel-norm>   How to scale mel filters: none for peaks of 1, slaney
                                  for about equal areas (default: by --like). (values:
                                  none, slaney)
          --mel-axis <mel-axis>   Axis on which mel filters are triangles (default: by
                                  --like). (values: hertz, mel)
          --log <log>             Logarithm: decibels, natural, or natural after adding
                                  a small offset (default: by --like). (values: db, ln,
                                  ln-offset)
          --log-floor <value>     Smallest value to take the logarithm of, or the
                                  offset of ln-offset (default: db 1e-10, ln 1.19e-7,
                                  ln-offset 1e-6).
          --reference <value>     Value that is 0 dB (default: 1).
          --top-db <db>           Clamp values more than this many dB below the file's
                                  maximum (librosa, torchaudio: 80). Reads the file
                                  twice.
          --coefficients <count>  Number of cepstral coefficients, including c0
                                  (default: by --like).
          --dct <dct>             How to scale cepstral coefficients (default: by
                                  --like). (values: ortho, htk)
          --lifter <length>       Lifter of the cepstral coefficients, 0 for none
                                  (default: by --like).

        SCATTERING:
          --scale <j>             Length of the longest wavelets: 2^j frames (default:
                                  8).
          --per-octave <q1,q2>    Wavelets per octave, of the first and second order,
                                  such as 8 or 8,1 (default: 8,1).
          --averaging <n>         Average over 2^n frames, with a row every 2^n frames
                                  (default: --scale).
          --order <order>         Highest order: 0, 1 or 2 (default: 2).
          --edges <edges>         What to assume beyond the ends of the input; reflect
                                  matches kymatio for files (default: zeros). (values:
                                  zeros, reflect)

        STACK, STATISTICS:
          --model <model>         For stack: a model (.nam) or a preset (name or .json
                                  file).
          --layer <layer>         For stack: layer to pool, counted from 1, or a signal
                                  such as node12 or output (default: output).
          --pool <kinds>          For stack: how to pool: mean, max, last or ppv, or
                                  several: mean,max (default: mean).
          --bands <hz-hz,…>       For statistics: also compute the energy of these
                                  bands, in Hz: 0-300,300-3400.
          --band-taps <count>     For statistics: taps of the band filters, odd
                                  (default: 255).

        OPTIONS:
          --transform <transform> Transform to compute. (values: minirocket,
                                  multirocket, rocket, hydra, stft, mel, logmel, mfcc,
                                  scattering, stack, statistics)
          --params <file>         Load a fitted transform from this file instead of
                                  fitting.
          --fit <file>            Save the fitted transform to this file.
          -o, --output <output>   Output file (.npy, .npz, .csv or .tsv), - for
                                  standard output.
          --format <format>       Output format (default: by the output's extension, or
                                  csv when writing to -). (values: csv, tsv, npy, npz)
          --force                 Replace existing outputs.
          --quiet                 Print only errors.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of classify")
  func classifyHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("classify", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Train a classifier of time series, test it, and predict classes.

        Computes features, scales them and fits a ridge regression, whose
        regularisation is chosen by leaving out one series at a time. --fit trains on
        labelled series and saves the classifier; --params loads it and prints the
        class of each series, or, if they have labels, the accuracy and confusion
        matrix. With --window it prints the class of each window of a signal as soon as
        the window is complete.

        USAGE: convaudio classify [<options>] <inputs> ...

        ARGUMENTS:
          <inputs>                Files or folders of series, as for convaudio features.

        FITTING:
          --seed <seed>           Seed of the fit, 0 to 4294967295; the same seed gives
                                  the same bits on every machine (default: 0).
          --features <features>   Approximate number of features to fit (default:
                                  minirocket 9996, multirocket 49,728, rocket 20,000,
                                  hydra 1024 for each power of two up to an eighth of
                                  the series).
          --compatibility <compatibility>
                                  How multirocket transforms differences: as published,
                                  or as aeon does (default: correct). (values: correct,
                                  aeon)

        SERIES:
          --missing <missing>     What to do with missing values: fail, use 0, repeat
                                  the last value, or interpolate to the next one.
                                  (values: error, zero, hold, linear; default: error)
          --short <short>         What to do with kernels longer than the series: pad
                                  it with zeros, give NaN, or fail (default: pad).
                                  (values: pad, nan, error)
          --no-labels             Read lines of .csv and .tsv as series without labels.
          --labels <file>         Text file with one label per line, in the order of
                                  the series; lines of .csv and .tsv then have none.
          --window <window>       Process windows of this length, in frames or with a
                                  unit: 500, 250ms, 1s (default: by --like for spectra,
                                  25ms for stack and statistics).
          --hop <hop>             Distance between windows, in frames or with a unit
                                  (default: by --like for spectra, 10ms for stack and
                                  statistics, else the window's length).
          --threads <threads>     Number of threads; does not affect the output. A
                                  signal is processed on one thread, several files at
                                  once. (default: 1)

        RECORDINGS, PIPES AND ROWS OF NUMBERS:
          --input-format <input-format>
                                  Input format. auto: files by their names; pipes as
                                  WAV, FLAC and other audio, NDJSON, or else CSV. Raw
                                  samples are little-endian and interleaved. csv reads
                                  rows as frames instead of series. (values: auto,
                                  f32le, f64le, s16le, s24le, s32le, u8, wav, csv,
                                  ndjson; default: auto)
          --rate <hz>             Sample rate of raw samples and rows of numbers, in
                                  Hz; recordings at another rate are resampled to it.
          --channels <channels>   Number of channels of raw samples; other inputs must
                                  have the same number.
          --mono                  Average all channels into one.
          --header <header>       Whether the first row of CSV input is a header; auto:
                                  if it contains no number. (values: auto, yes, no;
                                  default: auto)
          --non-finite <non-finite>
                                  What to do with samples that are NaN or infinite.
                                  (values: keep, zero, error; default: keep)
          --truncated <truncated> What to do with recordings that end before their
                                  header says: keep the frames that are there, with a
                                  remark, or error. Default: error for files, keep for
                                  pipes. (values: keep, error)

        OPTIONS:
          --transform <transform> Transform that computes the features (default:
                                  minirocket). (values: minirocket, multirocket,
                                  rocket, hydra)
          --fit <file>            Train, and save the classifier to this file.
          --params <file>         Classify with the classifier saved in this file.
          -o, --output <output>   Write predictions to this file, one per line; - for
                                  standard output (default: - without labels).
          --force                 Replace existing files.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of verify")
  func verifyHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("verify", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Check that a model or preset gives the right numbers on this machine
        at every block size.

        Runs it in blocks of many sizes, which must agree bit for bit, and compares the
        output with double precision. With --reference it also compares the output with
        another program's. Exits with 1 if anything does not agree.

        USAGE: convaudio verify [<options>] [<subject>]

        ARGUMENTS:
          <subject>               A model (.nam), a preset (name or .json file), or an
                                  audio file of impulse responses. Or give a chain with
                                  -p, --model and --ir.

        CHAIN:
          -p, --preset <preset>   A preset: its name (see convaudio presets) or its
                                  .json file. -p, --model and --ir may be mixed and
                                  repeated; the chain runs in their order.
          --chain <file>          A chain file (JSON, same format as a preset), used
                                  like a preset.
          --model <file>          A trained model (.nam).
          --ir <file|preset>      An impulse response: an audio file, or a preset such
                                  as hall or cabinet.
          --allow-outside         Allow presets and chain files to name files outside
                                  their own folders.

        STAGE OPTIONS (FOR THE STAGE BEFORE THEM; BEFORE THE FIRST STAGE, FOR THE WHOLE CHAIN):
          --mix <share>           Dry/wet mix: 0 dry, 1 wet, or a percentage (default:
                                  1).
          --gain <dB>             Gain in dB after the stage and its mix (default: 0).
          --tail <keep|cut|time>  How much of the reverb tail to keep after the input
                                  ends: all, nothing, or a time in seconds or with a
                                  unit (500ms) (default: keep).
          --predelay <time>       Silence before an impulse response, in milliseconds
                                  or with a unit (20ms, 0.02s) (default: 0).
          --ir-channels <ir-channels>
                                  How the channels of an impulse response connect
                                  inputs and outputs (default: auto). (values: auto,
                                  mono, stereo, true-stereo, per-channel, fan-out,
                                  matrix)
          --ir-gain <none|peak|energy|dB>
                                  Level of an impulse response: none (unchanged), peak
                                  (highest gain 0 dB), energy (noise keeps its level),
                                  or a gain in dB (default: none).
          --slim <size>           Which size of a multi-size model to run: 0 smallest,
                                  1 full (default: 1).
          --normalize-loudness    Normalize a model to -18 dB, using the loudness in
                                  its metadata, or a measurement where there is none.
                                  For the whole chain: the last model.
          --input-level-dbu <dBu> Level of a full-scale sine at the interface that
                                  recorded the input, in dBu RMS. The input is scaled
                                  to the level in the model's metadata. For the whole
                                  chain: the first model.

        OPTIONS:
          --input <file>          Audio to process (default: a sweep with noise).
          --reference <file>      Another program's output for --input.
          --frames <frames>       How many frames of the input to process (default:
                                  16000, fewer for very large networks).
          --tolerance <dB>        Largest error allowed, in dB relative to the
                                  reference. (default: -90)
          --json                  Print a JSON report.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of bench")
  func benchHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("bench", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Measure how fast a model or preset runs on this machine, by block
        size.

        Runs on one core. The same blocks run several times and the fastest run of each
        counts, so the worst block shows the program and not what else the machine was
        doing.

        USAGE: convaudio bench [<options>] [<subject>]

        ARGUMENTS:
          <subject>               A model (.nam), a preset (name or .json file), or an
                                  audio file of impulse responses. Or give a chain with
                                  -p, --model and --ir.

        CHAIN:
          -p, --preset <preset>   A preset: its name (see convaudio presets) or its
                                  .json file. -p, --model and --ir may be mixed and
                                  repeated; the chain runs in their order.
          --chain <file>          A chain file (JSON, same format as a preset), used
                                  like a preset.
          --model <file>          A trained model (.nam).
          --ir <file|preset>      An impulse response: an audio file, or a preset such
                                  as hall or cabinet.
          --allow-outside         Allow presets and chain files to name files outside
                                  their own folders.

        STAGE OPTIONS (FOR THE STAGE BEFORE THEM; BEFORE THE FIRST STAGE, FOR THE WHOLE CHAIN):
          --mix <share>           Dry/wet mix: 0 dry, 1 wet, or a percentage (default:
                                  1).
          --gain <dB>             Gain in dB after the stage and its mix (default: 0).
          --tail <keep|cut|time>  How much of the reverb tail to keep after the input
                                  ends: all, nothing, or a time in seconds or with a
                                  unit (500ms) (default: keep).
          --predelay <time>       Silence before an impulse response, in milliseconds
                                  or with a unit (20ms, 0.02s) (default: 0).
          --ir-channels <ir-channels>
                                  How the channels of an impulse response connect
                                  inputs and outputs (default: auto). (values: auto,
                                  mono, stereo, true-stereo, per-channel, fan-out,
                                  matrix)
          --ir-gain <none|peak|energy|dB>
                                  Level of an impulse response: none (unchanged), peak
                                  (highest gain 0 dB), energy (noise keeps its level),
                                  or a gain in dB (default: none).
          --slim <size>           Which size of a multi-size model to run: 0 smallest,
                                  1 full (default: 1).
          --normalize-loudness    Normalize a model to -18 dB, using the loudness in
                                  its metadata, or a measurement where there is none.
                                  For the whole chain: the last model.
          --input-level-dbu <dBu> Level of a full-scale sine at the interface that
                                  recorded the input, in dBu RMS. The input is scaled
                                  to the level in the model's metadata. For the whole
                                  chain: the first model.

        OPTIONS:
          --blocks <frames>       Block sizes in frames. (default: 16, 32, 64, 128,
                                  256, 512, 1024, 2048)
          --channels <channels>   Channels of the signal (default: what the model or
                                  preset takes, or 1).
          --seconds <time>        Time for each block size, in seconds or with a unit
                                  (500ms). (default: 0.5)
          --json                  Print a JSON report.
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }

  @Test("The help of info")
  func infoHelp() throws {
    let bench = try Bench()
    let outcome = try bench.program.run("info", "--help")
    #expect((outcome.status, outcome.errors) == (0, ""))
    #expect(
      outcome.output == """
        OVERVIEW: Describe a model, preset or impulse response: cost, latency, memory
        and speed on this machine.

        USAGE: convaudio info [<options>] [<subject>]

        ARGUMENTS:
          <subject>               A model (.nam), a preset (name or .json file), or an
                                  audio file of impulse responses. Or give a chain with
                                  -p, --model and --ir.

        CHAIN:
          -p, --preset <preset>   A preset: its name (see convaudio presets) or its
                                  .json file. -p, --model and --ir may be mixed and
                                  repeated; the chain runs in their order.
          --chain <file>          A chain file (JSON, same format as a preset), used
                                  like a preset.
          --model <file>          A trained model (.nam).
          --ir <file|preset>      An impulse response: an audio file, or a preset such
                                  as hall or cabinet.
          --allow-outside         Allow presets and chain files to name files outside
                                  their own folders.

        STAGE OPTIONS (FOR THE STAGE BEFORE THEM; BEFORE THE FIRST STAGE, FOR THE WHOLE CHAIN):
          --mix <share>           Dry/wet mix: 0 dry, 1 wet, or a percentage (default:
                                  1).
          --gain <dB>             Gain in dB after the stage and its mix (default: 0).
          --tail <keep|cut|time>  How much of the reverb tail to keep after the input
                                  ends: all, nothing, or a time in seconds or with a
                                  unit (500ms) (default: keep).
          --predelay <time>       Silence before an impulse response, in milliseconds
                                  or with a unit (20ms, 0.02s) (default: 0).
          --ir-channels <ir-channels>
                                  How the channels of an impulse response connect
                                  inputs and outputs (default: auto). (values: auto,
                                  mono, stereo, true-stereo, per-channel, fan-out,
                                  matrix)
          --ir-gain <none|peak|energy|dB>
                                  Level of an impulse response: none (unchanged), peak
                                  (highest gain 0 dB), energy (noise keeps its level),
                                  or a gain in dB (default: none).
          --slim <size>           Which size of a multi-size model to run: 0 smallest,
                                  1 full (default: 1).
          --normalize-loudness    Normalize a model to -18 dB, using the loudness in
                                  its metadata, or a measurement where there is none.
                                  For the whole chain: the last model.
          --input-level-dbu <dBu> Level of a full-scale sine at the interface that
                                  recorded the input, in dBu RMS. The input is scaled
                                  to the level in the model's metadata. For the whole
                                  chain: the first model.

        OPTIONS:
          --version               Show the version.
          -h, --help              Show help information.


        """)
  }
}
