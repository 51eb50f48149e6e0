// SPDX-License-Identifier: GPL-3.0-or-later
// The look of the whole application: light, dark or as the system, and how large its text is.
#pragma once

#include <QFont>
#include <QObject>

#include <memory>
#include <vector>

class QSettings;

namespace diffuscope::ui {

class SystemColorScheme;

/// Applies style, palette and font to the QApplication, which must exist; one object a process.
class Theme : public QObject
{
    Q_OBJECT

public:
    enum class Mode {
        system,  ///< light or dark as the desktop is, and following it
        light,
        dark,
    };
    Q_ENUM(Mode)

    explicit Theme(QObject* parent = nullptr);
    ~Theme() override;

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    /// Whether dark colours are shown, whatever the mode.
    bool isDark() const { return m_dark; }

    /// Factors of the system's text size that are offered, ascending, 1 the first.
    static const std::vector<double>& textScales();
    double textScale() const { return m_textScale; }
    /// Takes the nearest of textScales().
    void setTextScale(double scale);
    bool canEnlargeText() const { return m_textScale < textScales().back(); }
    bool canReduceText() const { return m_textScale > textScales().front(); }
    void enlargeText() { moveTextScale(1); }
    void reduceText() { moveTextScale(-1); }

    /// Reads what save() wrote; what is missing or unknown becomes the system's mode at the system's size.
    void restore(const QSettings& settings);
    void save(QSettings& settings) const;

Q_SIGNALS:
    /// Mode, colours or text size changed, and have been applied.
    void changed();

private:
    void apply();
    void applyFont();
    void moveTextScale(int delta);

    std::unique_ptr<SystemColorScheme> m_system;
    QFont m_systemFont;
    Mode m_mode = Mode::system;
    double m_textScale = 1;
    bool m_dark = false;
};

}  // namespace diffuscope::ui
