<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message numerus="yes">
        <source>%n Bar(s)</source>
        <translation>
            <numerusform>%n Bar</numerusform>
            <numerusform>%n Bars</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Bars</name>
    <message numerus="yes">
        <source>%n beat(s)</source>
        <translation>
            <numerusform>%n beat</numerusform>
            <numerusform>%n beats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n bar(s)</source>
        <translation>
            <numerusform>%n bar</numerusform>
            <numerusform>%n bars</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ClosedSongs</name>
    <message numerus="yes">
        <source>%n song(s) are out of the queue. Their projects stay.</source>
        <translation>
            <numerusform>%n song is out of the queue. Its project stays.</numerusform>
            <numerusform>%n songs are out of the queue. Their projects stay.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DragOut</name>
    <message numerus="yes">
        <source>%n file(s) copied: {0}. Paste them in a folder or a DAW.</source>
        <translation>
            <numerusform>%n file copied: {0}. Paste it in a folder or a DAW.</numerusform>
            <numerusform>%n files copied: {0}. Paste them in a folder or a DAW.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stem(s)</source>
        <translation>
            <numerusform>%n stem</numerusform>
            <numerusform>%n stems</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) ready. Drag once more to take them along.</source>
        <translation>
            <numerusform>%n file ready. Drag once more to take it along.</numerusform>
            <numerusform>%n files ready. Drag once more to take them along.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Drop to take %n songs apart, one after the other</source>
        <translation>
            <numerusform>Drop to take %n song apart</numerusform>
            <numerusform>Drop to take %n songs apart, one after the other</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EngineError</name>
    <message>
        <source>Name an audio file.</source>
        <translation>Choose an audio file.</translation>
    </message>
    <message>
        <source>Leave the bit depth out, or choose WAV or FLAC.</source>
        <translation>Choose WAV or FLAC if the bit depth matters.</translation>
    </message>
    <message>
        <source>Try another model, or the device “cpu”.</source>
        <translation>Try another model, or the processor as device.</translation>
    </message>
    <message>
        <source>Name the files in it.</source>
        <translation>Open the files in it.</translation>
    </message>
    <message>
        <source>Check its name and place.</source>
        <translation>Check that it is still there and still has this name.</translation>
    </message>
    <message>
        <source>Choose a file that was made by “strata train”.</source>
        <translation>Choose a model that was trained with Strata.</translation>
    </message>
    <message>
        <source>Name audio files, or a folder that holds some.</source>
        <translation>Open audio files, or a folder that holds some.</translation>
    </message>
    <message>
        <source>Choose one of {names}.</source>
        <translation>Choose one of these devices: {names}.</translation>
    </message>
    <message>
        <source>Choose “auto” or “cpu” instead.</source>
        <translation>Choose the processor as device.</translation>
    </message>
    <message>
        <source>this installation of PyTorch was built without CUDA</source>
        <translation>PyTorch is installed here without CUDA</translation>
    </message>
    <message>
        <source>the graphics card has compute capability {capability}, which this installation of PyTorch does not support</source>
        <translation>the graphics card has compute capability {capability}, which the PyTorch that is installed here does not support</translation>
    </message>
    <message>
        <source>this installation of PyTorch was built without Metal</source>
        <translation>PyTorch is installed here without Metal</translation>
    </message>
    <message>
        <source>Leave out --quality, or choose a model of the method lq_vae.</source>
        <translation>Choose another model.</translation>
    </message>
    <message>
        <source>Give the network of the bundled draft in the configuration, or none.</source>
        <translation>Choose another model.</translation>
    </message>
    <message>
        <source>“{title}” is a codec without priors.</source>
        <translation>“{title}” cannot separate anything yet: the model has learned no stems.</translation>
    </message>
    <message>
        <source>Train a prior for a stem with “strata train”, and use that.</source>
        <translation>Choose another model.</translation>
    </message>
    <message>
        <source>Put one into “{folder}”, or train one with “strata train”.</source>
        <translation>Put one into “{folder}”, or install Strata again.</translation>
    </message>
    <message>
        <source>Train one with “strata train”.</source>
        <translation>Install Strata again.</translation>
    </message>
    <message>
        <source>There is not enough memory to separate this mix.</source>
        <translation>There is not enough memory to separate this song.</translation>
    </message>
</context>
<context>
    <name>ExistingQuestion</name>
    <message numerus="yes">
        <source>%n of the files exist(s) already in “{0}”.</source>
        <translation>
            <numerusform>%n of the files exists already in “{0}”.</numerusform>
            <numerusform>%n of the files exist already in “{0}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message numerus="yes">
        <source>%n file(s) of {0}.</source>
        <translation>
            <numerusform>%n file of {0}.</numerusform>
            <numerusform>%n files of {0}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s), each song in a folder of its own.</source>
        <translation>
            <numerusform>%n file, each song in a folder of its own.</numerusform>
            <numerusform>%n files, each song in a folder of its own.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n song(s)</source>
        <translation>
            <numerusform>%n song</numerusform>
            <numerusform>%n songs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) of {0} written to “{1}”.</source>
        <translation>
            <numerusform>%n file of {0} written to “{1}”.</numerusform>
            <numerusform>%n files of {0} written to “{1}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n song(s) could not be written.</source>
        <translation>
            <numerusform>%n song could not be written.</numerusform>
            <numerusform>%n songs could not be written.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) written to “{0}”.</source>
        <translation>
            <numerusform>%n file written to “{0}”.</numerusform>
            <numerusform>%n files written to “{0}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left as they were.</source>
        <translation>
            <numerusform>%n left as it was.</numerusform>
            <numerusform>%n left as they were.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FailureWatch</name>
    <message numerus="yes">
        <source>%n files could not be opened. The queue says why.</source>
        <translation>
            <numerusform>%n file could not be opened. The queue says why.</numerusform>
            <numerusform>%n files could not be opened. The queue says why.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n songs could not be finished. The queue says why.</source>
        <translation>
            <numerusform>%n song could not be finished. The queue says why.</numerusform>
            <numerusform>%n songs could not be finished. The queue says why.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n place</numerusform>
            <numerusform>%n places</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LaneStack</name>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n channel</numerusform>
            <numerusform>%n channels</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ManyQuestion</name>
    <message numerus="yes">
        <source>Really open %n song(s)?</source>
        <translation>
            <numerusform>Really open %n song?</numerusform>
            <numerusform>Really open %n songs?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelTitle</name>
    <message>
        <source>Blind: 2 sources of one kind</source>
        <translation>Two sources of one kind: voices, guitars (blind)</translation>
    </message>
</context>
<context>
    <name>ProjectCommands</name>
    <message numerus="yes">
        <source>Strata did not end as it should. %n song(s) are open again as they were.</source>
        <translation>
            <numerusform>Strata did not end as it should. %n song is open again as it was.</numerusform>
            <numerusform>Strata did not end as it should. %n songs are open again as they were.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message numerus="yes">
        <source>%n song(s)</source>
        <translation>
            <numerusform>%n song</numerusform>
            <numerusform>%n songs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to go</source>
        <translation>
            <numerusform>%n to go</numerusform>
            <numerusform>%n to go</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n paused</numerusform>
            <numerusform>%n paused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>without %n song(s) of unknown length</source>
        <translation>
            <numerusform>without %n song of unknown length</numerusform>
            <numerusform>without %n songs of unknown length</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Reopening</name>
    <message numerus="yes">
        <source>You have opened %n file(s) before. These are your earlier projects of them.</source>
        <translation>
            <numerusform>You have opened %n file before. This is your earlier project of it.</numerusform>
            <numerusform>You have opened %n files before. These are your earlier projects of them.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SongQueue</name>
    <message numerus="yes">
        <source>%n files left out (no audio): {0}</source>
        <translation>
            <numerusform>%n file left out (no audio): {0}</numerusform>
            <numerusform>%n files left out (no audio): {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SongsExportDialog</name>
    <message numerus="yes">
        <source>Export %n Song(s)</source>
        <translation>
            <numerusform>Export %n Song</numerusform>
            <numerusform>Export %n Songs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Export %n Song(s)</source>
        <translation>
            <numerusform>&amp;Export %n Song</numerusform>
            <numerusform>&amp;Export %n Songs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StorageRow</name>
    <message numerus="yes">
        <source>Move %n song(s) that are not open into the bin?</source>
        <translation>
            <numerusform>Move %n song that is not open into the bin?</numerusform>
            <numerusform>Move %n songs that are not open into the bin?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TempoCommands</name>
    <message numerus="yes">
        <source>Tap on: %n more</source>
        <translation>
            <numerusform>Tap on: %n more</numerusform>
            <numerusform>Tap on: %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message numerus="yes">
        <source>Output level · %n underrun(s)</source>
        <translation>
            <numerusform>Output level · %n underrun</numerusform>
            <numerusform>Output level · %n underruns</numerusform>
        </translation>
    </message>
</context>
</TS>
