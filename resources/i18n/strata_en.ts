<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>DragOut</name>
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
    <message numerus="yes">
        <source>%n file(s) copied, the marked range only.</source>
        <translation>
            <numerusform>%n file copied, the marked range only.</numerusform>
            <numerusform>%n files copied, the marked range only.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) copied. Paste them in a folder or a DAW.</source>
        <translation>
            <numerusform>%n file copied. Paste it in a folder or a DAW.</numerusform>
            <numerusform>%n files copied. Paste them in a folder or a DAW.</numerusform>
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
    <name>ErrorBanner</name>
    <message numerus="yes">
        <source>%n songs could not be finished.</source>
        <translation>
            <numerusform>%n song could not be finished.</numerusform>
            <numerusform>%n songs could not be finished.</numerusform>
        </translation>
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
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
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
